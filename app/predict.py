"""Answer for pictures without a server: python -m app.predict PICTURE..."""

import argparse
import glob
import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.answers import TOP_THEMES, described
from app.pictures import Limits, PictureError, open_picture
from themer.errors import UserError
from themer.predictor import PictureAnswer, Predictor

PICTURES_AT_ONCE = 16
SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"}
LIMITS = Limits()
ALL_ANSWERED, SOME_UNREADABLE, NO_MODEL = 0, 1, 2


@dataclass(frozen=True)
class Found:
    """A picture that was asked for, and its answer or, in words, why there is none."""

    file: str
    answer: PictureAnswer | None
    problem: str


def main(argv: Sequence[str] | None = None) -> int:
    """Print an answer for each picture and return the exit code."""
    args = arguments(argv)
    # Such pictures are refused; there is no need to warn of them as well.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        predictor = Predictor.load(args.model, args.index)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return NO_MODEL
    found = answers(predictor, pictures_of(args.pictures))
    unreadable = print_json(found, args.top or TOP_THEMES) if args.json else print_lines(found, args.top)
    return SOME_UNREADABLE if unreadable else ALL_ANSWERED


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m app.predict",
        description="Answer for pictures: one line each, with its file, its theme or why there is none, and how sure.",
        epilog="Exit code: 0, all were answered; 1, some could not be read; 2, there is no model.",
    )
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a file, a folder or a pattern: 'a/*.jpg'")
    parser.add_argument("--json", action="store_true", help="print a JSON list like that of the API")
    parser.add_argument("--top", type=positive, metavar="N", help="say the N most probable themes")
    parser.add_argument("--model", type=Path, default=Path("models/classifier.tflite"), help="default: %(default)s")
    parser.add_argument("--index", type=Path, default=Path("models/index"), help="default: %(default)s")
    return parser.parse_args(argv)


def positive(text: str) -> int:
    """Return a whole number of at least 1; raise ArgumentTypeError for any other text."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 up, received {text!r}")


def pictures_of(names: Iterable[str]) -> Iterator[Path]:
    """Yield the pictures that files, folders and patterns name; what names nothing is yielded as it is."""
    for name in names:
        path = Path(name)
        if path.is_dir():
            yield from pictures_in(path) or [path]
        elif path.exists() or not glob.has_magic(name):
            yield path
        else:
            matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (Path.glob refuses absolute patterns)
            yield from pictures_of(matches) if matches else [path]


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures in a folder and all below it, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def answers(predictor: Predictor, paths: Iterator[Path]) -> Iterator[Found]:
    """Yield what was found for each picture in turn, holding a few at a time."""
    while some := list(islice(paths, PICTURES_AT_ONCE)):
        read = [read_picture(predictor, path) for path in some]
        pixels = [one for one in read if isinstance(one, np.ndarray)]
        found = iter(predictor.answers(np.stack(pixels)) if pixels else [])
        for path, one in zip(some, read, strict=True):
            readable = isinstance(one, np.ndarray)
            yield Found(str(path), next(found), "") if readable else Found(str(path), None, str(one))


def read_picture(predictor: Predictor, path: Path) -> np.ndarray | str:
    """Return a file's picture for the model, uint8 [size, size, 3], or in words why it can't be read."""
    if path.is_dir():
        return f"There is no picture in this folder ({', '.join(sorted(SUFFIXES))})."
    try:
        if path.stat().st_size > LIMITS.maximum_bytes:
            return f"Picture too large. It has more than {LIMITS.maximum_bytes / 1e6:.0f} MB. Make it smaller."
        return predictor.prepare(open_picture(path.read_bytes(), LIMITS))
    except OSError as error:
        return f"{error.strerror}."
    except PictureError as error:
        return str(error)


def print_lines(found: Iterable[Found], top: int | None) -> int:
    """Print a line for each picture that was answered, its parts parted by tabs; return how many were not."""
    unreadable = 0
    for one in found:
        if one.answer is None:
            unreadable += complain(one)
        else:
            print("\t".join([printable(one.file), *words_for(one.answer, top)]), flush=True)
    return unreadable


def print_json(found: Iterable[Found], top: int) -> int:
    """Print a JSON list with an object for each picture, one at a time; return how many were not answered."""
    unreadable, before = 0, "[\n"
    for one in found:
        if one.answer is None:
            unreadable += complain(one)
        print(before + json.dumps(as_json(one, top)), end="", flush=True)
        before = ",\n"
    print("\n]")
    return unreadable


def as_json(found: Found, top: int) -> dict[str, Any]:
    """Return what the JSON list holds of a picture."""
    if found.answer is None:
        return {"file": found.file, "error": {"title": "Not readable", "detail": found.problem}}
    return {"file": found.file, **described(found.answer, top)}


def words_for(answer: PictureAnswer, top: int | None) -> list[str]:
    """Return the theme, or "not sure", with the reason if there is one, the confidence and the most probable themes."""
    reason = f" ({answer.reason})" if answer.reason else ""
    best = [f"{theme} {100 * share:.0f} %" for theme, share in list(answer.probabilities.items())[: top or 0]]
    words = [f"{answer.theme or 'not sure'}{reason}", f"{100 * answer.confidence:.0f} %", ", ".join(best)]
    return words if top else words[:-1]


def complain(found: Found) -> int:
    """Say on stderr why a picture can't be read; return 1, to be counted."""
    print(f"{printable(found.file)}: {found.problem}", file=sys.stderr)
    return 1


def printable(name: str) -> str:
    """Return a file's name on one line, whatever characters are in it."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The reader, such as `head`, has enough: Python must not try to write the rest at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ALL_ANSWERED)
    except KeyboardInterrupt:
        sys.exit("stopped.")
