"""Predictions for any number of pictures, in parallel, in their order, with a few of them in memory."""

import os
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.command_line.named_files import LIMITS, STANDARD_INPUT, Picture, content_of, standard_input
from app.incoming.picture_file import open_picture
from app.problem import Problem
from themer.answering.predictor import Prediction, Predictor

PICTURES_AT_ONCE = 16
# Each may decode the largest picture, in 500 MB.
MOST_WORKERS = 8


@dataclass(frozen=True)
class Result:
    """A picture's file, and its prediction or the problem with it."""

    file: str
    found: Prediction | Problem


def worker_count() -> int:
    """Return how many pictures are decoded and predicted at the same time: one for each core."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


def predictions(predictor: Predictor, pictures: Iterable[Picture]) -> Generator[Result, None, None]:
    """Yield the result for each picture in turn, with at most `PICTURES_AT_ONCE` of them under way.

    Each picture is predicted on its own, so that the last bits do not depend on the pictures beside it.
    """
    pool, waiting = ThreadPoolExecutor(worker_count()), deque[Future[Result]]()
    try:
        # The workers use all cores. Threads of BLAS would compete with them.
        with threadpool_limits(1):
            for picture in pictures:
                while waiting and (len(waiting) == PICTURES_AT_ONCE - 1 or picture == STANDARD_INPUT):
                    yield waiting.popleft().result()
                # Read here, since Ctrl-C would not reach a worker that waits for input.
                content = standard_input() if picture == STANDARD_INPUT else None
                waiting.append(pool.submit(_result, predictor, picture, content))
            while waiting:
                yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _result(predictor: Predictor, picture: Picture, content: bytes | None) -> Result:
    """Return the result for a picture, from its content if that has been read."""
    try:
        content = content_of(Path(picture)) if content is None else content
        pixels = predictor.prepare(open_picture(content, LIMITS, predictor.description.fill))
    except Problem as problem:
        return Result(str(picture), problem)
    return Result(str(picture), predictor.predict_batch(pixels[None])[0])
