"""Predict without a server: python -m app.predict PICTURE..."""

import argparse
import glob
import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.incoming.picture_file import Limits, open_picture
from app.problem import Problem
from app.recognition.as_json import TOP_THEMES, as_json
from stages import paths
from themer.answering.predictor import Prediction, Predictor
from themer.base.errors import UserError
from themer.pictures.folders import visible

PICTURES_AT_ONCE = 16
LIMITS = Limits()
ALL_PREDICTED, SOME_UNREADABLE, NO_MODEL = 0, 1, 2


@dataclass(frozen=True)
class Result:
    """A picture's file, and its prediction or, in words, why it can't be read."""

    file: str
    prediction: Prediction | None
    problem: str


def main(argv: Sequence[str] | None = None) -> int:
    """Print a prediction for each picture and return the exit code."""
    args = arguments(argv)
    # Pictures this large are refused anyway.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        predictor = Predictor.load(args.model, args.index)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return NO_MODEL
    results = predictions(predictor, pictures_of(args.pictures))
    unreadable = print_json(results, args.top or TOP_THEMES) if args.json else print_lines(results, args.top)
    return SOME_UNREADABLE if unreadable else ALL_PREDICTED


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m app.predict",
        description="Predict the themes of pictures. Each line has the file, the theme or the reason why the model is "
        "not sure, and the confidence, separated by tabs.",
        epilog="Exit code: 0, there is a prediction for every file; 1, some can't be read, and stderr names them; 2, "
        "there is no model.",
    )
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a file, a folder or a pattern: 'a/*.jpg'")
    parser.add_argument("--json", action="store_true", help="print a JSON list like the API's")
    parser.add_argument("--top", type=positive, metavar="N", help="print the N most probable themes")
    parser.add_argument("--model", type=Path, default=paths.model, help="default: %(default)s")
    parser.add_argument("--index", type=Path, default=paths.index, help="default: %(default)s")
    return parser.parse_args(argv)


def positive(text: str) -> int:
    """Return a whole number of at least 1; raise ArgumentTypeError for any other text."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 up, received {text!r}")


def pictures_of(names: Iterable[str]) -> Iterator[Path]:
    """Yield the files that match files, folders and patterns. A name without a match is yielded unchanged."""
    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from files_in(path) or [path]
        elif path.exists() or not glob.has_magic(name):
            yield path
        else:
            matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (Path.glob refuses absolute patterns)
            yield from pictures_of(matches) if matches else [path]


def files_in(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders, sorted, whatever their names: the content tells what they are.

    Links to folders, and folders that can't be opened, are among them, so that they are named.
    """
    try:
        found = visible(folder)
    except OSError:
        return [folder]
    inner = [files_in(path) if path.is_dir() and not path.is_symlink() else [path] for path in found]
    return list(chain.from_iterable(inner))


def predictions(predictor: Predictor, pictures: Iterator[Path]) -> Iterator[Result]:
    """Yield the result for each picture in turn, with at most `PICTURES_AT_ONCE` in memory."""
    while some := list(islice(pictures, PICTURES_AT_ONCE)):
        read = [read_picture(predictor, path) for path in some]
        pixels = [one for one in read if isinstance(one, np.ndarray)]
        predicted = iter(predictor.predict_batch(np.stack(pixels)) if pixels else [])
        for path, one in zip(some, read, strict=True):
            readable = isinstance(one, np.ndarray)
            yield Result(str(path), next(predicted), "") if readable else Result(str(path), None, str(one))


def read_picture(predictor: Predictor, path: Path) -> np.ndarray | str:
    """Return a file's picture as model input, uint8 [size, size, 3], or in words why it can't be read."""
    try:
        if path.is_dir():
            return folder_problem(path)
        if path.exists() and not path.is_file():
            return "This is neither a file nor a folder."
        if path.stat().st_size > LIMITS.maximum_bytes:
            return f"Picture too large. The limit is {LIMITS.maximum_bytes / 1e6:.0f} MB. Use a smaller one."
        return predictor.prepare(open_picture(path.read_bytes(), LIMITS, predictor.description.fill))
    except OSError as error:
        return f"{error.strerror}."
    except Problem as problem:
        return str(problem)


def folder_problem(folder: Path) -> str:
    """Return in words why a folder gives no prediction; raise OSError if it can't be opened."""
    if visible(folder) and folder.is_symlink():
        return "A link to a folder within a folder is not followed. Name what it leads to."
    return "There is no picture in this folder."


def print_lines(results: Iterable[Result], top: int | None) -> int:
    """Print a line with tab-separated fields for each prediction; return the number of unreadable pictures."""
    unreadable = 0
    for one in results:
        if one.prediction is None:
            unreadable += complain(one)
        else:
            print("\t".join([printable(one.file), *fields(one.prediction, top)]), flush=True)
    return unreadable


def print_json(results: Iterable[Result], top: int) -> int:
    """Print a JSON list with an object for each picture, one at a time; return the number of unreadable pictures."""
    unreadable, before = 0, "[\n"
    for one in results:
        if one.prediction is None:
            unreadable += complain(one)
        print(before + json.dumps(entry(one, top)), end="", flush=True)
        before = ",\n"
    print("\n]")
    return unreadable


def entry(result: Result, top: int) -> dict[str, Any]:
    """Return a picture's object in the JSON list."""
    if result.prediction is None:
        return {"file": result.file, "error": {"title": "Not readable", "detail": result.problem}}
    return {"file": result.file, **as_json(result.prediction, top)}


def fields(prediction: Prediction, top: int | None) -> list[str]:
    """Return the theme or why there is none, the confidence and, with `top`, the most probable themes."""
    reason = f" ({prediction.reason})" if prediction.reason else ""
    best = [f"{theme} {100 * share:.0f} %" for theme, share in list(prediction.probabilities.items())[: top or 0]]
    unnamed = "none of these themes" if prediction.level == "other" else "not sure"
    words = [f"{prediction.theme or unnamed}{reason}", f"{100 * prediction.confidence:.0f} %", ", ".join(best)]
    return words if top else words[:-1]


def complain(result: Result) -> int:
    """Print to stderr why a picture can't be read; return 1, to be counted."""
    print(f"{printable(result.file)}: {result.problem}", file=sys.stderr)
    return 1


def printable(name: str) -> str:
    """Return a file name on one line, with its unprintable characters replaced."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader, for example `head`, is done. Python must not try to write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ALL_PREDICTED)
    except KeyboardInterrupt:
        sys.exit("stopped.")
