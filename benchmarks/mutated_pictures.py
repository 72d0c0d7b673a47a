"""Decode mutated pictures as the pipeline and the page do: python -m benchmarks.mutated_pictures

Any exception but theirs, a PictureError and a Problem, ends it. It prints how often each pair of results occurred.
"""

import argparse
import random
import time
import warnings
from collections import Counter

from tqdm import trange

from app.incoming.picture_file import open_picture
from app.problem import Problem
from benchmarks.fuzz import mutated, originals
from themer.pictures.images import PictureError, decode

DECODED = "decoded"


def main() -> None:
    """Print the results and the slowest picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    sources, chance = list(originals()), random.Random(args.seed)
    found, slowest = Counter[tuple[str, str]](), 0.0
    for _ in trange(args.pictures, unit=" pictures"):
        content, started = mutated(chance, sources), time.perf_counter()
        found.update([(in_pipeline(content), on_page(content))])
        slowest = max(slowest, time.perf_counter() - started)
    for (pipeline, page), count in sorted(found.items()):
        print(f"{count:7,}  pipeline: {pipeline:16}  page: {page}")
    print(f"slowest: {slowest:.2f} s")


def in_pipeline(content: bytes) -> str:
    """Return "decoded", or the kind of problem that the pipeline has with a file."""
    try:
        decode(content)
    except PictureError as error:
        return error.kind
    return DECODED


def on_page(content: bytes) -> str:
    """Return "decoded", or the title of the problem that the page has with a file."""
    try:
        open_picture(content)
    except Problem as problem:
        return problem.title
    return DECODED


if __name__ == "__main__":
    main()
