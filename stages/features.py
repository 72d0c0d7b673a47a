"""Compute the frozen backbone's features, once for each picture and view."""

from stages import paths
from themer.base.params_file import load_params, require_weights
from themer.base.running import stage
from themer.features.storing import store_features


@stage
def main() -> None:
    """Write the features of every unchanged picture, and of random views of the training pictures."""
    settings = load_params(paths.params).train
    # After an edit of the weights alone, this is the first stage that runs.
    require_weights(settings.weights_path)
    store_features(paths.shards, paths.photo_shards, settings, paths.features)


if __name__ == "__main__":
    main()
