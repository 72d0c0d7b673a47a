"""Measure the search among many sets: python -m benchmarks.many_sets

Makes an index of so many sets from that of a project, in between whose pictures the new ones lie, and prints how long
it takes to compare a picture with all in full and to search, and how many of the six nearest the search finds, for
pictures that are held out. With --out it writes the index into a folder that lends all else from the project, for
python -m benchmarks.serving --root.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from themer.answering.index import FEATURES_NAME, PICTURES_NAME, SUMMARY_NAME, Index
from themer.answering.nearest import Search, cosine_distances, smallest
from themer.base.tables import read_csv, write_csv

NEAREST = 6
HELD_OUT = 5
NOISE = 0.004


def main() -> None:
    """Print times and what is found, for the index as it is and with as many sets as wanted."""
    args = arguments()
    index = Index(args.root / "models" / "index")
    numbers, features = many(index.features, args.sets)
    with threadpool_limits(1, user_api="blas"):
        for rows in (index.features, features):
            print_search(rows)
    if args.out is not None:
        write_project(args.root, args.out, numbers, features)


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(), help="a project whose pipeline has run")
    parser.add_argument("--sets", type=int, default=14_000)
    parser.add_argument("--out", type=Path, help="a new folder for a project with so many sets in its index")
    return parser.parse_args()


def many(features: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return of which picture each of many is a relative, int [count], rising, and their features, [count, width].

    Each comes up to 30 % nearer to another picture, with some noise where its own features are not 0.
    """
    random = np.random.default_rng(0)
    numbers = np.sort(random.integers(0, len(features), count))
    own, others = features[numbers], features[random.integers(0, len(features), count)]
    share = 0.3 * random.random((count, 1), np.float32)
    noise = NOISE * random.standard_normal(own.shape, np.float32) * (own > 0)
    mixed = np.maximum((1 - share) * own + share * others + noise, 0)
    return numbers, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def print_search(features: np.ndarray) -> None:
    """Print how long both ways take, and what the search finds, if each fifth picture is looked for among the rest."""
    held_out = np.arange(len(features)) % HELD_OUT == 0
    rows, queries = features[~held_out], features[held_out]
    search = Search(rows)

    def in_full(query: np.ndarray) -> list[int]:
        return smallest(cosine_distances(query[np.newaxis], rows)[0], NEAREST)

    def searched(query: np.ndarray) -> list[int]:
        [estimates] = search.estimates(query[np.newaxis])
        found: list[int] = search.nearest(query, estimates, slice(None), NEAREST)[0].tolist()
        return found

    common = sum(len({*in_full(query)} & {*searched(query)}) for query in queries)
    print(f"{len(rows)} pictures: in full {milliseconds(in_full, queries):.2f} ms, ", end="")
    print(f"searched {milliseconds(searched, queries):.2f} ms; {common} of {NEAREST * len(queries)} nearest found")


def milliseconds(find: Callable[[np.ndarray], list[int]], queries: np.ndarray) -> float:
    """Return the median time to find what is nearest to a picture."""
    times = []
    for query in queries:
        started = time.perf_counter()
        find(query)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def write_project(root: Path, out: Path, numbers: np.ndarray, features: np.ndarray) -> None:
    """Write a project that differs from another in its index."""
    source, target = root.resolve() / "models", out / "models"
    (target / "index").mkdir(parents=True)
    for lent in ("data", "metrics", "plots", "dvc.lock"):
        (out / lent).symlink_to(root.resolve() / lent)
    (target / "classifier.tflite").symlink_to(source / "classifier.tflite")
    shutil.copy(source / "index" / SUMMARY_NAME, target / "index")
    write_csv(read_csv(source / "index" / PICTURES_NAME).iloc[numbers], target / "index" / PICTURES_NAME)
    np.save(target / "index" / FEATURES_NAME, features.astype(np.float16))


if __name__ == "__main__":
    main()
