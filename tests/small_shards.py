"""Shards that train in seconds: pictures of 32 x 32 pixels whose colour decides the label."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from themer.base.params import Train
from themer.pictures.images import encode_png
from themer.shards.files import Example, ShardSummary, write_split, write_summary

LABELS = ["blue", "green", "red"]
SIZE = 32
FILL = (255, 255, 255)


def settings(**changes: object) -> Train:
    """Return settings for a quick training run, with changes."""
    values = {
        "network": "lego_cnn",
        "weights": "imagenet",
        "feature_views": 2,
        "epochs": 3,
        "warm_up_epochs": 1,
        "batch_size": 4,
        "learning_rate": 0.001,
        "dropout": 0.3,
        "augmentation": 0.5,
        "photo_views": 0.5,
        "imbalance": "class_weights",
        "label_smoothing": 0.1,
        "fine_tuned_blocks": 1,
        "interpolation": 0.75,
        "seed": 7,
    }
    return Train.model_validate(values | changes)


def picture(label: int, seed: int) -> np.ndarray:
    """Return a block in the label's colour on noisy white, uint8 [32, 32, 3]."""
    random = np.random.default_rng(seed)
    pixels = random.integers(200, 256, (SIZE, SIZE, 3), np.uint8)
    pixels[8:24, 8:24] = random.integers(0, 60, (16, 16, 3))
    pixels[8:24, 8:24, 2 - label] += 180
    return pixels


def write_shards(
    directory: Path, train: Sequence[int] = (3, 5, 4), validation: Sequence[int] = (2, 2, 2), labels: int = 3
) -> Path:
    """Write shards and return their directory; `train` and `validation` are the number of pictures of each label."""
    pictures = {}
    for split, counts in (("train", train), ("validation", validation), ("test", (1, 1, 1))):
        examples = _examples(counts[:labels], seed=len(split))
        pictures[split] = write_split(directory, split, examples, pictures_per_shard=5)
    write_summary(directory, ShardSummary(LABELS[:labels], SIZE, FILL, pictures))
    return directory


def write_photo_shards(
    directory: Path, train: Sequence[int] = (0, 0, 0), test: Sequence[int] = (0, 0, 0), labels: int = 3
) -> Path:
    """Write shards of photos and return their directory; `train` and `test` are the number of photos of each label."""
    pictures = {
        split: write_split(directory, split, _examples(counts[:labels], seed), pictures_per_shard=5)
        for split, counts, seed in (("train", train, 21), ("test", test, 22))
    }
    write_summary(directory, ShardSummary(LABELS[:labels], SIZE, FILL, pictures))
    return directory


def _examples(counts: Sequence[int], seed: int) -> Iterator[Example]:
    """Yield `counts` pictures of each label, label by label."""
    for label, count in enumerate(counts):
        for number in range(count):
            pixels = picture(label, seed=100 * seed + 10 * label + number)
            yield Example(f"{seed}{label}{number}-1", label, encode_png(Image.fromarray(pixels)))
