"""Predict without a server: lego-themer predict PICTURE..., or python -m app.predict PICTURE..."""

import argparse
import errno
import re
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from PIL import Image
from tqdm import tqdm

from app.command_line.formats import FORMATS, json_lines, printable, write
from app.command_line.many import Result, predictions, worker_count
from app.command_line.model_folder import VARIABLE, default_model, fingerprint, require_model
from app.command_line.named_files import STANDARD_INPUT, Picture, pictures_of
from app.command_line.resuming import alone, drop, finished, remaining
from app.problem import Problem
from app.process import drop_output, flush_output, open_streams
from themer.answering.predictor import Predictor
from themer.base.errors import UserError
from themer.base.stopping import STOPPED, stop_as_usual

ALL_PREDICTED, SOME_UNREADABLE, NO_MODEL = 0, 1, 2
# Fewer pictures are done before a reader has found the bar.
MANY = 20
# Of what curl fetches.
ADDRESS = re.compile("(https?|ftp|file)://", re.IGNORECASE)


def main(argv: Sequence[str] | None = None, program: str = "python -m app.predict") -> int:
    """Print a prediction for each picture and return the exit code."""
    open_streams()
    stop_as_usual()
    # Pictures this large are refused anyway.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    args = None
    try:
        args = arguments(argv, program)
        with alone(args.resume) if args.resume else nullcontext():
            return SOME_UNREADABLE if predict(args) else ALL_PREDICTED
    except UserError as error:
        return ended(f"error: {error}", NO_MODEL)
    except BrokenPipeError:
        # The reader, for example `head`, is done.
        return without_output(ALL_PREDICTED)
    except OSError as error:
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror
        place = error.filename or "can't write the predictions"
        return without_output(ended(f"error: {place}: {reason}", NO_MODEL))
    except KeyboardInterrupt:
        # A second Ctrl-C must not interrupt the message.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        again = " The same command goes on from here." if args and args.resume else ""
        return ended(f"stopped.{again}", STOPPED)
    finally:
        flush_output()


def arguments(argv: Sequence[str] | None, program: str) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Predict the themes of pictures. Each line has the file, the prediction and the confidence, "
        'separated by tabs. Without a theme, the prediction is "not sure", with the best guess before its confidence, '
        'or "none of these themes", without a confidence. Lines are written as soon as their pictures are done.',
        epilog="Exit code: 0, there is a prediction for every file; 1, some can't be read, and stderr names them; 2, "
        "there is no model, or the command can't run as it is; 130, stopped by Ctrl-C.",
    )
    parser.add_argument(
        "pictures",
        nargs="+",
        type=some_text,
        metavar="PICTURE",
        help="a file, a folder, a pattern: 'a/*.jpg', or - for standard input",
    )
    shape = parser.add_mutually_exclusive_group()
    for name, text in (("json", "a JSON list like the API's"), ("jsonl", "a JSON object on each line"), ("csv", "CSV")):
        shape.add_argument(f"--{name}", dest="format", action="store_const", const=name, help=f"print {text}")
    parser.add_argument(
        "--resume",
        type=some_path,
        metavar="OUT.jsonl",
        help="add JSON lines for files that are not in it, or could not be read before",
    )
    parser.add_argument("--top", type=positive, metavar="N", help="the N most probable themes; not in CSV")
    parser.add_argument(
        "--model",
        type=some_path,
        metavar="DIR",
        help=f"the model's folder; default: what {VARIABLE} names, or models/ of the checkout",
    )
    parser.add_argument("--index", type=some_path, metavar="DIR", help="default: index/ beside the model")
    parser.set_defaults(format=None)
    args = parser.parse_args(argv)
    if args.resume and args.format not in (None, "jsonl"):
        parser.error("--resume writes JSON lines: leave out --json and --csv")
    if problem := misnamed(args.pictures, program):
        parser.error(problem)
    return args


def misnamed(names: Sequence[str], program: str) -> str | None:
    """Return what is wrong with names of pictures: an address, or standard input twice; None if nothing is."""
    for name in names:
        if ADDRESS.match(name):
            fetched = f"curl -s {shlex.quote(printable(name))} | {program} -"
            return f"{printable(name)}: addresses are not fetched. Pipe the picture: {fetched}"
    if names.count(STANDARD_INPUT) > 1:
        return f"{STANDARD_INPUT} stands for standard input, which holds one picture: name it once"
    return None


def some_text(text: str) -> str:
    """Return a text that is not empty; raise ArgumentTypeError for an empty one, which often is an unset variable."""
    if text:
        return text
    raise argparse.ArgumentTypeError("expected a name, received an empty text")


def some_path(text: str) -> Path:
    """Return the path that a text names; raise ArgumentTypeError for an empty text."""
    return Path(some_text(text))


def positive(text: str) -> int:
    """Return a whole number of at least 1; raise ArgumentTypeError for any other text."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1 up, received {text!r}")


def predict(args: argparse.Namespace) -> int:
    """Write the results; return how many of the files can't be read."""
    model, index = require_model(args.model or default_model(), args.index)
    made_by = fingerprint(model, index) if args.resume or args.format == "jsonl" else {}
    kind = json_lines(made_by) if made_by else FORMATS[args.format or "lines"]
    done = finished(args.resume, made_by) if args.resume else {}
    pictures = to_do(args, done)
    first = list(islice(pictures, 2))
    # A lone picture gets all cores, and a model that loads faster.
    predictor = Predictor.load(model, index, at_once=worker_count() if len(first) > 1 else 1)
    if not all(done.values()):
        drop(args.resume, {str(one) for one in to_do(args, done)})
    unreadable: list[str] = []
    with opened(args.resume) as out, closing(predictions(predictor, chain(first, pictures))) as results:
        write(told(progress(results, args, done), unreadable), kind, args.top, out)
    return len(unreadable)


def to_do(args: argparse.Namespace, done: dict[str, bool]) -> Iterator[Picture]:
    """Yield the pictures to predict."""
    named = pictures_of(args.pictures)
    return remaining(named, done, args.resume) if args.resume else named


def opened(out: Path | None) -> AbstractContextManager[TextIO]:
    """Return standard output, or the file to add lines to; raise UserError if it can't be written."""
    try:
        return out.open("a", encoding="utf-8") if out else nullcontext(sys.stdout)
    except OSError as error:
        raise UserError(f"{out}: {error.strerror}. Name a file that can be written: --resume") from None


def progress(results: Iterable[Result], args: argparse.Namespace, done: dict[str, bool]) -> Iterable[Result]:
    """Return the results with a bar on stderr for many, unless no one sees it or printed lines show the progress."""
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not args.resume):
        return results
    total = sum(1 for _ in to_do(args, done))
    bar: Iterable[Result] = tqdm(results, total=total, unit=" pictures", disable=total < MANY)
    return bar


def told(results: Iterable[Result], unreadable: list[str]) -> Iterator[Result]:
    """Yield the results; report and list the unreadable pictures."""
    for one in results:
        if isinstance(one.found, Problem):
            say(f"{printable(one.file)}: {one.found}", tqdm.write)
            unreadable.append(one.file)
        yield one


def ended(message: str, code: int) -> int:
    """Print to stderr why the command ends; return the exit code."""
    say(message)
    return code


def say(message: str, write: Callable[..., None] = print) -> None:
    """Write a line to stderr. Once that fails, as on a full disk, it and all later ones go nowhere."""
    try:
        write(message, file=sys.stderr)
    except OSError:
        drop_output(sys.stderr)


def without_output(code: int) -> int:
    """Drop the rest of the output; return the exit code."""
    drop_output()
    return code


if __name__ == "__main__":
    sys.exit(main())
