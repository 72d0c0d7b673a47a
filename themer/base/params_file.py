"""Reading params.yaml, with a message for each wrong key: where it is, what is wrong and what came in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from themer.base.errors import UserError, did_you_mean, suggestion
from themer.base.params import TAGS, Params, Source


def load_params(path: Path) -> Params:
    """Read and validate a params file.

    Raises:
        UserError: the file is missing, is not YAML, or breaks a rule of `Params`; the message names every wrong key.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file. Run the command in the project's folder.") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from None
    return parse_params(values, path.name)


def parse_params(values: Any, name: str = "params.yaml") -> Params:
    """Validate the values of a params file called `name`; raise UserError naming every wrong key."""
    _require_text_keys(values, name)
    try:
        # Strict validation of JSON accepts a list for a tuple, but still no text for a number.
        return Params.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise UserError("\n".join(_message(detail, name) for detail in error.errors())) from None
    except TypeError as error:
        raise UserError(f"{name}: {error}. Write dates in quotes.") from None


def _require_text_keys(values: Any, name: str, prefix: str = "") -> None:
    """Raise UserError for a key that YAML doesn't read as text: it would turn 0011 into "9" without a word."""
    for key, value in values.items() if isinstance(values, dict) else ():
        if not isinstance(key, str):
            raise UserError(
                f"{name}: {prefix}{key}: YAML reads this key as {type(key).__name__}, not as text, which may have "
                "changed it. Write it in quotes."
            )
        _require_text_keys(value, name, f"{prefix}{key}.")


def _message(detail: ErrorDetails, name: str) -> str:
    """Return one line: the file, the key, what is wrong and what came in."""
    key = ".".join(str(part) for part in detail["loc"] if part not in TAGS)
    prefix = f"{name}: {key}: " if key else f"{name}: "
    if detail["type"] == "extra_forbidden":
        return f"{prefix}{_unknown_key(key)}."
    if detail["type"] == "missing":
        return f"{prefix}missing. Add this key."
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{prefix}{message.rstrip('.')}."
    known = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    return f"{prefix}{message}, but it is {detail['input']!r}{suggestion(str(detail['input']), known)}."


def _unknown_key(path: str) -> str:
    """Return the message for the path of an unknown key, with the same key in other sections or a similar one here."""
    section, _, key = path.rpartition(".")
    section = re.sub(r"^sources\..*", "sources.*", section)
    every_path = list(_key_paths(Params))
    elsewhere = [found for found in every_path if found.rpartition(".")[2] == key]
    known = [found.rpartition(".")[2] for found in every_path if found.rpartition(".")[0] == section]
    return f"unknown key{did_you_mean(elsewhere) or suggestion(key, known)}. Known keys: {', '.join(known)}"


def _key_paths(section: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the path of every key of a section and those within it, such as `export.accepted_risk`."""
    for key, field in section.model_fields.items():
        yield prefix + key
        kind = Source if field.annotation == dict[str, Source] else field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _key_paths(kind, f"{prefix}{key}.{'*.' if kind is Source else ''}")
