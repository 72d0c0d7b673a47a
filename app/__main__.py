"""Serve the page and the API: python -m app."""

import argparse
import logging
import os
import warnings
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import ValidationError

from app import create_app
from app.process import flush_output, open_streams
from app.server import make_server, run, schedule_threads
from app.settings import Settings
from themer.base.errors import UserError, did_you_mean, explained

PREFIX = "LEGO_THEMER_"
# What other variables with this prefix set.
OF_THE_PIPELINE = {"CACHE", "DASK", "DEVICE"}

log = logging.getLogger("app")


@explained
def main(arguments: Sequence[str] | None = None) -> None:
    """Serve with the options of the command line until stopped. Without a model, explain how to make one."""
    open_streams()
    try:
        serve_until_stopped(vars(parser("python -m app").parse_args(arguments)))
    finally:
        flush_output()


def serve_until_stopped(given: dict[str, Any]) -> None:
    """Serve with the settings that are not None until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # It warns of each request that waits for a thread. /metrics shows how many pictures wait.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # Pictures this large are refused anyway.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    for sentence in unknown_variables(os.environ):
        log.warning(sentence)
    settings = settings_of({name: value for name, value in given.items() if value is not None})
    require_folder(settings.root)
    schedule_threads()
    app = create_app(settings)
    run(app, make_server(app, settings.host, settings.port, settings.url_prefix))


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of the command line, with an option for each setting."""
    found = argparse.ArgumentParser(prog=program, description="Serve the page and the API.")
    for name, field in Settings.model_fields.items():
        default = "none" if field.default == "" else field.default
        option, text = "--" + name.replace("_", "-"), f"{field.description} (default: {default})"
        kind: dict[str, Any] = {"action": "store_const", "const": True} if field.annotation is bool else {}
        # `settings_of` explains what is no number, as it does in the environment.
        is_number = field.annotation in (int, float)
        kind = kind or {"type": str if is_number else field.annotation, "metavar": "N" if is_number else "TEXT"}
        found.add_argument(option, help=text, **kind)
    return found


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Return a sentence for each environment variable that looks like a setting and is none, such as a misspelt one."""
    settings = [name.upper() for name in Settings.model_fields]
    rest = sorted(name.upper().removeprefix(PREFIX) for name in names if name.upper().startswith(PREFIX))
    unknown = [name for name in rest if name not in {*settings, *OF_THE_PIPELINE}]
    meant = {name: [PREFIX + one for one in get_close_matches(name, settings, n=1)] for name in unknown}
    return [
        f"{PREFIX}{name}: there is no such setting{did_you_mean(meant[name])}, so it is ignored" for name in unknown
    ]


def settings_of(given: dict[str, Any]) -> Settings:
    """Return the settings with the given values; raise UserError for an invalid one."""
    try:
        return Settings(**given)
    except ValidationError as error:
        found = error.errors()[0]
        name = str(found["loc"][0])
        option = "--" + name.replace("_", "-")
        described = f"Expected a {Settings.model_fields[name].description}"
        # What is no number or yes and no is said in two ways, of which one is enough.
        said = found["msg"].partition(", unable to ")[0]
        reason = described if found["type"] == "string_pattern_mismatch" else said
        raise UserError(f"{option} (or LEGO_THEMER_{name.upper()}): {reason}, not {found['input']!r}") from None


def require_folder(root: Path) -> None:
    """Raise UserError unless the project's folder is there."""
    if not root.is_dir():
        raise UserError(f"--root (or {PREFIX}ROOT): there is no folder {root}. Name the project's folder")


if __name__ == "__main__":
    main()
