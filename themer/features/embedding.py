"""Views of pictures, and what LiteRT makes of them: the work of one task, for any number of threads or machines.

Needs no TensorFlow. A picture is computed by itself, so the others in its task change no bit of it.
"""

import re
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]

from themer.base.quiet_stderr import without_notes
from themer.features.views import Views, centre
from themer.shards.files import Example, decoded

# Fewer would cost a scheduler more; more would leave cores without work at the end of each split.
PICTURES_PER_TASK = 16
NOTE = re.compile(rb"INFO: ")

# Threads can't share an interpreter of LiteRT.
_of_thread, _start = threading.local(), threading.Lock()

Model = TypeVar("Model")


class Picture(NamedTuple):
    """A picture as PNG, and the number that its views are drawn from."""

    png: bytes
    number: int


Draw = Callable[[Picture], np.ndarray]
Embed = Callable[[Sequence[Picture]], list[np.ndarray]]


def unchanged(picture: Picture) -> np.ndarray:
    """Return a picture as it is, uint8 [size, size, 3]."""
    return decoded(picture.png)


def centred(picture: Picture) -> np.ndarray:
    """Return the enlarged centre of a picture, uint8 [size, size, 3]."""
    return centre(unchanged(picture))


def view_of(views: Views, epoch: int, picture: Picture) -> np.ndarray:
    """Return an epoch's view of a picture, uint8 [size, size, 3]."""
    return views.view(unchanged(picture), epoch, picture.number)


def numbered(examples: Iterable[Example]) -> Iterator[Picture]:
    """Yield the pictures of examples with their position."""
    return (Picture(example.image_png, number) for number, example in enumerate(examples))


def tasks(pictures: Iterable[Picture], size: int = PICTURES_PER_TASK) -> Iterator[list[Picture]]:
    """Yield the pictures in lists of up to `size`."""
    left = iter(pictures)
    while task := list(islice(left, size)):
        yield task


def embed(models: Sequence[bytes], draw: Draw, pictures: Sequence[Picture]) -> list[np.ndarray]:
    """Return each model's outputs for a view of each picture, float32 [pictures, ...]; without models, the pixels.

    The models are those of `themer.networks.lite`; pixels are uint8 [pictures, size, size, 3].
    """
    pixels = [draw(picture) for picture in pictures]
    runners = loaded("networks", tuple(models), _runners)
    return [np.concatenate([run(one) for one in pixels]) for run in runners] or [np.stack(pixels)]


def loaded(name: str, content: Hashable, load: Callable[[Any], Model]) -> Model:
    """Return what `load` makes of a model's content. This thread keeps it under a name for its next task."""
    kept = _of_thread.__dict__
    if name not in kept or kept[name][0] != content:
        # Holding back notes affects all threads.
        with _start, without_notes(NOTE):
            kept[name] = content, load(content)
    found: Model = kept[name][1]
    return found


def _runners(models: Sequence[bytes]) -> list[Callable[[np.ndarray], np.ndarray]]:
    """Return a function for each model."""
    return [_runner(model) for model in models]


def _runner(model: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that runs a model on one thread."""
    # The engine already has a thread for each core.
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    outputs = interpreter.get_signature_runner()

    def run(pixels: np.ndarray) -> np.ndarray:
        """Return the output for one picture, uint8 [size, size, 3]."""
        [output] = outputs(pixels=pixels[np.newaxis].astype(np.float32)).values()
        return np.asarray(output)

    return run
