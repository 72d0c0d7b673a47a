"""Measure the search among many sets: python -m benchmarks.many_sets

It builds a synthetic index by interpolating between a project's embeddings, then queries it with held-out pictures. It
prints the time of a full comparison and of the search, and how many of the six nearest neighbours the search finds.
With --out it writes the index to a new project folder with links to everything else, for
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

from stages import paths
from themer.answering.abstention import BOUNDARY_NAME
from themer.answering.index import FEATURES_NAME, PICTURES_NAME, SUMMARY_NAME, Index
from themer.answering.nearest import Search, cosine_distances, smallest
from themer.base.tables import read_csv, write_csv

NEAREST = 6
HELD_OUT = 5
NOISE = 0.004


def main() -> None:
    """Print times and hits for the project's index and for the synthetic one."""
    args = arguments()
    index = Index(args.root / paths.index)
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
    parser.add_argument("--out", type=Path, help="a new folder for a project with the synthetic index")
    return parser.parse_args()


def many(features: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return synthetic features, float32 [count, width], and for each the row it derives from, int [count], sorted.

    Each is a row moved up to 30 % towards another row, with noise where its features are not 0.
    """
    random = np.random.default_rng(0)
    numbers = np.sort(random.integers(0, len(features), count))
    own, others = features[numbers], features[random.integers(0, len(features), count)]
    share = 0.3 * random.random((count, 1), np.float32)
    noise = NOISE * random.standard_normal(own.shape, np.float32) * (own > 0)
    mixed = np.maximum((1 - share) * own + share * others + noise, 0)
    return numbers, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def print_search(features: np.ndarray) -> None:
    """Print the times of both ways, and the hits of the search, for every fifth picture among the others."""
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
    print(f"searched {milliseconds(searched, queries):.2f} ms; {common} of {NEAREST * len(queries)} neighbours found")


def milliseconds(find: Callable[[np.ndarray], list[int]], queries: np.ndarray) -> float:
    """Return the median time of a query."""
    times = []
    for query in queries:
        started = time.perf_counter()
        find(query)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def write_project(root: Path, out: Path, numbers: np.ndarray, features: np.ndarray) -> None:
    """Write a project with this index, and links to everything else in another project."""
    source, target = root.resolve() / paths.index, out / paths.index
    target.mkdir(parents=True)
    for linked in ("data", "metrics", "plots", paths.lock, paths.model):
        (out / linked).symlink_to(root.resolve() / linked)
    for name in (SUMMARY_NAME, BOUNDARY_NAME):
        shutil.copy(source / name, target)
    write_csv(read_csv(source / PICTURES_NAME).iloc[numbers], target / PICTURES_NAME)
    np.save(target / FEATURES_NAME, features.astype(np.float16))


if __name__ == "__main__":
    main()
