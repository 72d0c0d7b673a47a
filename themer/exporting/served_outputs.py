"""What the served model makes of pictures and of views of them, on the engine's workers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from themer.answering.runtime import LiteRuntime, ModelOutputs
from themer.base.engines import engine
from themer.base.params import SPLITS
from themer.features.embedding import Draw, Picture, loaded, numbered, tasks
from themer.features.photo_views import Colour
from themer.features.views import Views
from themer.shards.files import OTHER, read_examples, read_summary


class ServedModel(NamedTuple):
    """A model for this process, what stands for its content on the engine's workers, and its numbers of features."""

    runtime: LiteRuntime
    shared: Any
    width: int
    block_width: int


def load_served_model(path: Path) -> ServedModel:
    """Load a `.tflite` file that `themer.exporting.served_model` wrote; raise UserError if it is none."""
    runtime = LiteRuntime(path)
    return ServedModel(runtime, engine().shared(path.read_bytes()), *_widths(runtime))


def splits_of(pictures: Mapping[str, int]) -> list[str]:
    """Return the splits that shards have, training pictures first."""
    found = [f"{prefix}{split}" for split in SPLITS for prefix in ("", OTHER)]
    return [split for split in found if split in pictures]


def outputs_of_split(model: ServedModel, shards: Path, split: str, draw: Draw, name: str) -> Iterator[ModelOutputs]:
    """Yield the model's outputs for a view of each picture of a split, some pictures at a time."""
    pictures = tasks(numbered(read_examples(shards, split)))
    with tqdm(total=read_summary(shards).pictures[split], desc=name, unit=" pictures") as progress:
        for outputs in engine().ordered_map(partial(outputs_of_pictures, model.shared, draw), pictures):
            yield outputs
            progress.update(len(outputs.features))


def outputs_of_pictures(model: bytes, draw: Draw, pictures: Sequence[Picture]) -> ModelOutputs:
    """Return what a `.tflite` file, given its content, makes of a view of each picture."""
    runtime = loaded("served model", model, partial(LiteRuntime, threads=1))
    # Nobody reads the class maps, and a worker may be far away.
    return replace(runtime.run(np.stack([draw(picture) for picture in pictures])), class_maps=None)


def photo_views(fill: Colour) -> Views:
    """Return views that all look like photographs."""
    return Views(seed=0, strength=0.0, photo_share=1.0, fill=fill)


def _widths(runtime: LiteRuntime) -> tuple[int, int]:
    """Return the numbers of features and of block features of a picture."""
    size = runtime.description.size
    outputs = runtime.run(np.zeros((1, size, size, 3), np.uint8))
    return outputs.features.shape[1], outputs.block_features.shape[1]
