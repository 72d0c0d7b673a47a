"""Reading params.yaml, with a message for each wrong key: where it is, what is wrong and what came in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from themer.base.errors import UserError, did_you_mean, suggestion
from themer.base.params import TAGS, Params, ScratchNetwork, Source, unreadable_weights

PLAIN = (str, int, float, list, dict, type(None))
NO_TEXT = re.compile("[\0\ud800-\udfff]")
REMEDIES = {
    "bool_type": " Write true or false.",
    "list_type": " Write a list, such as [a, b].",
    "tuple_type": " Write a list, such as [a, b].",
    "dict_type": " Write its keys below it, indented, or {} for none.",
    "model_type": " Write its keys below it, indented.",
}
# Pydantic's words, as patterns, and plain ones.
PLAIN_WORDS = {
    r" after validation, not \d+": "",
    r"^Tuple ": "List ",
    r"\ba valid array\b": "a list",
    r"\ban object\b": "keys with values",
}
NESTED = "nested too deeply. Perhaps an alias (*) is inside its own anchor (&). Replace the alias by its values."


def load_params(path: Path) -> Params:
    """Read and validate a params file.

    Raises:
        UserError: the file is missing, is not YAML, or breaks a rule of `Params`. The message names every wrong value.
            Once each is right by itself, it names the first ones in each section that do not fit together.
    """
    return parse_params(read_values(path), path.name)


def require_weights(path: Path | None) -> None:
    """Raise UserError if the settings name a file of weights that can't be read."""
    if path is None:
        return
    try:
        path.open("rb").close()
    except OSError as error:
        raise unreadable_weights(path, error) from None


def read_values(path: Path) -> Any:
    """Return the values of a YAML file as DVC reads them: by YAML 1.2, where 3e-05 is a number and 010 is ten.

    Raises:
        UserError: the file is missing or is not YAML.
    """
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file. Run the command in the project's folder.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not in UTF-8: {error}. Save it in UTF-8.") from None
    except RecursionError:
        raise UserError(f"{path}: {NESTED}") from None
    except (YAMLError, ValueError, LookupError) as error:
        raise UserError(f"{path}: not valid YAML: {_yaml_problem(error)}") from None


def _yaml_problem(error: Exception) -> str:
    """Return in a sentence what is wrong with YAML, and in which line."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return f"{' '.join(str(error).split())}."
    if problem.startswith("but "):
        problem = f"{getattr(error, 'context', '')} {problem}"
    tab = " Indent with spaces, not with tabs." if "'\\t'" in problem else ""
    # The rest of a duplicate key's problem may be long.
    return f"line {mark.line + 1}: {problem.partition(' with value ')[0]}. Correct it there or above.{tab}"


def parse_params(values: Any, name: str = "params.yaml") -> Params:
    """Validate the values of a params file called `name`; raise UserError as `load_params` does."""
    try:
        _require_plain(values, name, "")
        # Strict validation of JSON accepts a list for a tuple, but still no text for a number.
        return Params.model_validate_json(json.dumps(values))
    except ValidationError as error:
        # Of a list that is too short, each item that is missing is an error.
        raise UserError("\n".join(dict.fromkeys(_message(detail, name) for detail in error.errors()))) from None
    except RecursionError:
        raise UserError(f"{name}: {NESTED}") from None


def _require_plain(value: Any, name: str, place: str) -> None:
    """Raise UserError for a date, and for a key that YAML doesn't read as text: both may not be what was written.

    Also for a NUL and for half a surrogate pair, which neither a file's name nor a command may have.
    """
    if isinstance(value, str) and NO_TEXT.search(value):
        raise UserError(f"{name}: {place}: {value!r} has a character that is not allowed in text. Remove it.")
    if not isinstance(value, PLAIN):
        kind = type(value).__name__
        raise UserError(f"{name}: {place}: YAML reads this as {kind}, not as text. Write it in quotes: '{value}'.")
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        inside = f"{place}.{key}".removeprefix(".")
        if isinstance(value, dict) and not isinstance(key, str):
            kind = type(key).__name__
            raise UserError(
                f"{name}: {inside}: YAML reads this key as {kind}, not as text. That may change it: 0011 becomes 11. "
                "Write the key in quotes."
            )
        if isinstance(value, dict):
            _require_plain(key, name, inside)
        _require_plain(one, name, inside)


def _message(detail: ErrorDetails, name: str) -> str:
    """Return one line: the file, the key, what is wrong and what came in."""
    parts = [part for part in detail["loc"] if part not in TAGS]
    is_item = detail["type"] == "missing" and isinstance(parts[-1], int)
    key = ".".join(str(part) for part in (parts[:-1] if is_item else parts))
    prefix = f"{name}: {key}: " if key else f"{name}: "
    if detail["type"] == "extra_forbidden":
        return f"{prefix}{_unknown_key(key)}."
    if is_item:
        return f"{prefix}too short a list, since it is {detail['input']}. Add what is missing."
    if detail["type"] == "missing":
        return f"{prefix}missing. Add this key."
    if detail["type"] == "value_error":
        return f"{prefix}{detail['msg'].removeprefix('Value error, ').rstrip('.')}."
    is_refused_in_lists = TAGS[1] in detail["loc"] and detail["input"] in get_args(ScratchNetwork)
    return f"{prefix}{_wrong_value(detail)}{' A list takes pretrained networks only.' if is_refused_in_lists else ''}"


def _wrong_value(detail: ErrorDetails) -> str:
    """Return in plain words what a value should be, what it is, and what to write."""
    message, value = detail["msg"], detail["input"]
    for pattern, words in PLAIN_WORDS.items():
        message = re.sub(pattern, words, message)
    known = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    shown = "empty" if value is None else repr(value)
    return f"{message}, but it is {shown}{suggestion(str(value), known)}.{REMEDIES.get(detail['type'], '')}"


def _unknown_key(path: str) -> str:
    """Return the message for the path of an unknown key, with the same key in other sections or a similar one here."""
    section, _, key = path.rpartition(".")
    section = re.sub(r"^sources\..*", "sources.*", section)
    every_path = list(_key_paths(Params))
    if path in every_path:
        return f"a dot does not lead into a section. Write {key} below {section}"
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
