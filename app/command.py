"""The command lego-themer: predict for pictures, or serve the page and the API."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.process import flush_output, open_streams
from themer.base.errors import explained
from themer.base.stopping import stop_quietly

COMMANDS = ("predict", "serve")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand with its options and return its exit code."""
    stop_quietly()
    open_streams()
    given = sys.argv[1:] if argv is None else list(argv)
    try:
        # The subcommand reads the rest itself: argparse would take a `--` out of it.
        command, options = first_word().parse_args(given[:1]).command, given[1:]
        return predict(options) if command == "predict" else serve(options) or 0
    finally:
        flush_output()


def first_word() -> argparse.ArgumentParser:
    """Return the parser of the first word on the command line."""
    found = argparse.ArgumentParser(
        prog="lego-themer",
        usage=f"%(prog)s [-h] [--version] {{{','.join(COMMANDS)}}} ...",
        description="Which theme does a LEGO set belong to?",
        epilog="The options of a command: lego-themer COMMAND --help",
    )
    found.add_argument("--version", action="version", version=f"%(prog)s {own_version()}")
    found.add_argument("command", choices=COMMANDS, help="print the themes of pictures; serve the page and the API")
    return found


def own_version() -> str:
    """Return the version of the installed package, or that it is a checkout."""
    try:
        return version("lego-themer")
    except PackageNotFoundError:
        return "of a checkout"


def predict(options: list[str]) -> int:
    """Print predictions; return the exit code."""
    # Imported here, after `stop_quietly`: it takes a while, in which Ctrl-C may come.
    from app import predict as command

    return command.main(options, "lego-themer predict")


@explained
def serve(options: list[str]) -> None:
    """Serve the checkout around the current folder, or the model that an option or the environment names."""
    from app.__main__ import parser, serve_until_stopped
    from app.command_line.model_folder import checkout, current_folder, default_model, require_model

    given = vars(parser("lego-themer serve").parse_args(options))
    if given["root"] is None and "LEGO_THEMER_ROOT" not in os.environ:
        file, _ = require_model(given["model"] or default_model())
        given |= {"root": checkout(current_folder()) or Path(), "model": file.parent.absolute()}
    serve_until_stopped(given)
