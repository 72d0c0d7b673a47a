"""Compute the features of the frozen backbone, once for each picture and view."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from themer.errors import explained
from themer.features import FeatureSummary, begin_features, features_path, viewed, write_features
from themer.networks import build, is_pretrained
from themer.params import SPLITS, load_params
from themer.quiet_tensorflow import keras, tf
from themer.shards import read_split, read_summary
from themer.training import fingerprint
from themer.views import Views

# All that the features depend on, and no more: with the same, nothing has to be computed again.
SETTINGS = {"augmentation", "feature_views", "network", "photo_views", "seed", "weights"}


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the features of all sets as they are, and of the training pictures, photos too, in further views."""
    args = arguments(argv)
    settings = load_params(args.params).train
    summary = read_summary(args.shards)
    tf.config.experimental.enable_op_determinism()
    backbone = (
        build(settings, summary.size, len(summary.labels)).get_layer("backbone") if is_pretrained(settings) else None
    )
    views = Views(settings.seed, settings.augmentation, settings.photo_views, summary.fill)
    state = FeatureSummary(fingerprint([args.shards, args.photos], settings, SETTINGS), width(backbone), settings.feature_views)
    begin_features(args.out, state)
    if backbone is None:
        return
    for name, directory, split in splits(args.shards, args.photos):
        count = read_summary(directory).pictures[split]
        for view in range(settings.feature_views if split == "train" else 1):
            pictures = viewed(read_split(directory, split), views, view)
            write_features(features_path(args.out, name, view), backbone, pictures, count)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="directory that the stage resize wrote")
    parser.add_argument("--photos", type=Path, required=True, help="directory that the stage photos wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the features; what fits in it is kept")
    return parser.parse_args(argv)


def width(backbone: keras.Model | None) -> int:
    """Return the number of features, 0 for a network that learns from scratch and so has none yet."""
    return 0 if backbone is None else int(backbone.output_shape[-1])


def splits(shards: Path, photos: Path) -> list[tuple[str, Path, str]]:
    """Return each split's name among the features, its directory and its name there."""
    return [*((split, shards, split) for split in SPLITS), ("photos", photos, "train")]


if __name__ == "__main__":
    main()
