"""Store the features of every picture: what is here stays, what is missing is computed."""

import shutil
from pathlib import Path

from themer.base.files import write_json
from themer.base.params import Train
from themer.features.feature_store import (
    NETWORKS_NAME,
    PACKAGES,
    SETTINGS,
    FeatureSummary,
    feature_files,
    fingerprint,
    is_complete,
    prepare_directory,
)


def store_features(shards: Path, photos: Path, settings: Train, directory: Path) -> None:
    """Write the features of every unchanged picture, and of random views of the training pictures, to a folder.

    The user's training photos are included. Stored features stay if the same code made them from the same shards and
    settings. A network that is trained from scratch has no features.

    Raises:
        UserError: shards or pretrained weights are missing, or the weights do not fit.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.iterdir():
        if path.name not in (*settings.networks, NETWORKS_NAME):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in settings.networks:
        _store_network(shards, photos, settings.model_copy(update={"network": name}), directory / name)
    write_json({"networks": settings.networks}, directory / NETWORKS_NAME)


def _store_network(shards: Path, photos: Path, settings: Train, directory: Path) -> None:
    """Write the features of the one network that the settings name."""
    made_from = fingerprint([shards, photos], settings, SETTINGS, PACKAGES)
    if not settings.is_pretrained:
        prepare_directory(directory, FeatureSummary(made_from, 0, 0, settings.feature_views))
        return
    if is_complete(directory, made_from, feature_files(directory, shards, photos, settings.feature_views)):
        return
    # Imported here, so that a network whose features need no computing does not wait for TensorFlow.
    from themer.features.backbone_features import compute_features

    compute_features(shards, photos, settings, directory, made_from)
