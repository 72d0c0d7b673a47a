"""Compute the frozen backbone's features, once for each picture and view."""

from stages import paths
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.features.feature_store import store_features


@stage
def main() -> None:
    """Write the features of every unchanged picture, and of random views of the training pictures."""
    store_features(paths.shards, paths.photo_shards, load_params(paths.params).train, paths.features)


if __name__ == "__main__":
    main()
