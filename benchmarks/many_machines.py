"""Measure the engines: threads, and Dask on 1 and 2 workers, one of them killed: python -m benchmarks.many_machines

It pads the pictures in data/thumbnails as `resize` does, or embeds photograph-like views of the training pictures as
`features` does, several times over. It prints wall and CPU seconds of all processes, and a digest of the results, which
must be the same in each row. requirements-dev.txt has what it needs.
"""

import argparse
import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

import psutil

from stages import paths
from tests.dask_cluster import cluster
from themer.base.engines import Engine, Threads
from themer.base.errors import UserError, explained
from themer.base.params_file import load_params
from themer.features.embedding import embed, numbered, tasks, view_of
from themer.features.views import Views
from themer.networks.lite import lite_model
from themer.networks.registry import build
from themer.pictures.files import chunks, squares
from themer.pictures.images import WHITE
from themer.shards.files import read_examples, read_summary


def padded(workers: Engine, times: int) -> Iterator[bytes]:
    """Yield each picture as `resize` packs it, all of them `times` over."""
    pictures = sorted(paths.thumbnails.iterdir()) * times
    pad = partial(squares, remedy="Run: dvc repro", size=224, fill=WHITE)
    return chain.from_iterable(workers.ordered_map(pad, chunks(pictures)))


def embedded(workers: Engine, times: int) -> Iterator[bytes]:
    """Yield the features of a view of each training picture, as `features` computes them, all of them `times` over."""
    settings, summary = load_params(paths.params).train, read_summary(paths.shards)
    model = lite_model(build(settings, summary.size, len(summary.labels)).get_layer("backbone"))
    draw = partial(view_of, Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill), 1)
    examples = chain.from_iterable(read_examples(paths.shards, "train") for _ in range(times))
    outputs = workers.ordered_map(partial(embed, [workers.shared(model)], draw), tasks(numbered(examples)))
    return (row.tobytes() for [features] in outputs for row in features)


# What is measured, by the name of the stage that does it.
WORK: dict[str, Callable[[Engine, int], Iterator[bytes]]] = {"resize": padded, "features": embedded}


@explained
def main() -> None:
    """Print a row for each engine."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("work", nargs="?", choices=WORK, default="resize")
    parser.add_argument("--times", type=int, default=4, help="how often each picture is taken (default: 4)")
    args = parser.parse_args()
    if not (paths.thumbnails.is_dir() and paths.shards.is_dir()):
        raise UserError(f"{paths.thumbnails} or {paths.shards} is missing. Run: dvc repro resize")
    work = partial(WORK[args.work], times=args.times)
    measure("threads", work(Threads()), [])
    for name, count, kills in (("1 worker", 1, False), ("2 workers", 2, False), ("2 workers, 1 killed", 2, True)):
        with cluster(count) as processes:
            last = processes.started[-1]
            workers = processes.engine()
            measure(f"Dask, {name}", work(workers), processes.started, last if kills else None)
            workers.client.close()


def measure(
    name: str, results: Iterator[bytes], others: list[subprocess.Popen], kill: subprocess.Popen | None = None
) -> None:
    """Print how long the results take, in wall seconds and CPU seconds of this process and of others.

    A process to kill is killed after 500 results; its CPU seconds do not count.
    """
    counted = [psutil.Process()] + [psutil.Process(one.pid) for one in others if one is not kill]
    digest, count, start, before = hashlib.sha256(), 0, time.perf_counter(), [cpu(one) for one in counted]
    for count, result in enumerate(results, 1):
        digest.update(result)
        if count == 500 and kill:
            kill.kill()
    wall = time.perf_counter() - start
    used = [cpu(one) - earlier for one, earlier in zip(counted, before, strict=True)]
    print(f"{name:26}{count:8,} results{wall:8.1f} s wall{sum(used):8.1f} s CPU", end="  ")
    print(f"(client {used[0]:.1f}, scheduler {used[1]:.1f})" if others else "", digest.hexdigest()[:12], flush=True)


def cpu(process: psutil.Process) -> float:
    """Return the CPU seconds that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
