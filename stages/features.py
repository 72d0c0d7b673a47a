"""Compute the features of the frozen backbone, once for each picture and view."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from themer.errors import explained
from themer.features import compute_features
from themer.params import load_params
from themer.training import fingerprint

# All that the features depend on, and no more: with the same, nothing has to be computed again.
SETTINGS = {"augmentation", "feature_views", "network", "photo_views", "seed", "weights"}


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the features of all sets as they are, and of the training pictures, photos too, in further views."""
    args = arguments(argv)
    settings = load_params(args.params).train
    of_features = fingerprint([args.shards, args.photos], settings, SETTINGS)
    compute_features(args.shards, args.photos, settings, of_features, args.out)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="directory that the stage resize wrote")
    parser.add_argument("--photos", type=Path, required=True, help="directory that the stage photos wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the features; what fits in it is kept")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
