"""The command lego-themer: predict for pictures, or serve the page and the API."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from themer.base.errors import explained

COMMANDS = ("predict", "serve")
STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand with its options and return its exit code."""
    parser = argparse.ArgumentParser(prog="lego-themer", description="Which theme does a LEGO set belong to?")
    parser.add_argument("command", choices=COMMANDS, help="print the themes of pictures; serve the page and the API")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="listed by: lego-themer COMMAND --help")
    args = parser.parse_args(argv)
    try:
        return predict(args.options) if args.command == "predict" else serve(args.options) or 0
    except KeyboardInterrupt:  # While libraries are imported.
        return STOPPED


def predict(options: list[str]) -> int:
    """Print predictions; return the exit code."""
    from app import predict as command

    return command.main(options, "lego-themer predict")


@explained
def serve(options: list[str]) -> None:
    """Serve the checkout around the current folder, or the model that an option or the environment names."""
    from app.__main__ import main as serve_until_stopped
    from app.__main__ import parser
    from app.command_line.model_folder import checkout, default_model

    program = "lego-themer serve"
    given = parser(program).parse_args(options)
    if given.root is None and "LEGO_THEMER_ROOT" not in os.environ:
        root, model = checkout(Path.cwd()) or Path(), given.model or default_model()
        options = [*options, "--root", str(root), "--model", str(model.absolute())]
    serve_until_stopped(options, program)
