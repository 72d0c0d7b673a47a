from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import get_args

import numpy as np
import pytest

from tests.small_shards import LABELS, settings, write_photo_shards, write_shards
from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras
from themer.features.backbone_features import compute_features, features_path, read_features
from themer.features.fingerprint import fingerprint
from themer.networks.registry import build, default_learning_rate
from themer.training import fit as training
from themer.training.checkpoints import Progress
from themer.training.fit import head_rows, learning_rate, probabilities, train
from themer.training.training_pictures import TrainingPictures

PRETRAINED = settings(network="efficientnet_lite0", epochs=0)
ONE_EPOCH = {"epochs": 1, "warm_up_epochs": 0}
IMBALANCES = get_args(Train.model_fields["imbalance"].annotation)


class Data:
    """Shards, photo shards and features in a folder."""

    def __init__(self, folder: Path, **counts: object) -> None:
        self.shards, self.features = write_shards(folder / "shards", **counts), folder / "features"
        self.photos = write_photo_shards(folder / "photos", train=(1, 1, 1))
        # Trained once for several tests, in folders that no other training has; not to be changed.
        self.trained = cache(lambda **changes: self.train(settings(**changes), Path(mkdtemp(dir=folder))))

    def train(self, settings: Train, checkpoint: Path) -> tuple[keras.Model, Progress]:
        return train(self.shards, self.photos, self.features, settings, checkpoint)

    def pictures(self, settings: Train) -> TrainingPictures:
        return TrainingPictures(self.shards, self.photos, settings)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Data:
    data = Data(tmp_path_factory.mktemp("data"))
    compute_features(data.shards, data.photos, PRETRAINED, "0123", data.features)
    return data


def weights(model: keras.Model) -> list[bytes]:
    return [array.tobytes() for array in model.get_weights()]


class Stopped(Exception):
    pass


def stop_in_epoch(epoch: int, monkeypatch) -> None:
    """Make training fail in an epoch, when its batches are done but nothing of it is kept yet."""
    note = training._note

    def noted(progress, number, figures):
        if number == epoch:
            raise Stopped
        note(progress, number, figures)

    monkeypatch.setattr(training, "_note", noted)


def test_it_learns_colours(tmp_path):
    data = Data(tmp_path, train=(8, 8, 8))
    quick = settings(epochs=4, learning_rate=0.003, augmentation=0.1, photo_views=0, dropout=0, label_smoothing=0)
    _, progress = data.train(quick, tmp_path / "checkpoint")
    assert progress.history[-1]["split"] == "validation" and progress.history[-1]["accuracy"] == 1
    assert progress.history[-2]["loss"] < progress.history[0]["loss"]


def test_history_has_a_row_for_each_epoch_and_split_and_ends_with_the_weights(data):
    model, progress = data.trained()
    rows = [(row["epoch"], row["split"]) for row in progress.history]
    assert rows == [(epoch, split) for epoch in (1, 2, 3) for split in ("train", "validation")]
    assert all(set(row) == {"epoch", "split", "loss", "accuracy"} for row in progress.history)
    given, actual = probabilities(model, data.pictures(settings()).plain("validation"))
    loss = -np.log(given[np.arange(len(actual)), actual]).mean()
    assert progress.history[-1]["loss"] == pytest.approx(loss, rel=1e-5)
    assert progress.history[-1]["accuracy"] == np.mean(given.argmax(axis=1) == actual)


def test_a_stopped_training_goes_on_to_the_same_weights(data, tmp_path, monkeypatch):
    wanted = settings()
    whole, whole_progress = data.trained()
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_in_epoch(3, patch)
        data.train(wanted, tmp_path / "stopped")
    epochs, run_epoch = [], training._run_epoch
    monkeypatch.setattr(training, "_run_epoch", lambda *args: (epochs.append(args[1].epoch + 1), run_epoch(*args)))
    resumed, progress = data.train(wanted, tmp_path / "stopped")
    assert epochs == [3] and progress == whole_progress
    assert weights(whole) == weights(resumed)


def test_the_classifier_is_not_fitted_again_when_stopped_in_the_first_epoch(data, tmp_path, monkeypatch):
    wanted = settings(network="efficientnet_lite0", epochs=1, warm_up_epochs=0)
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_in_epoch(1, patch)
        data.train(wanted, tmp_path)
    monkeypatch.setattr(training, "fit_head", None)
    _, progress = data.train(wanted, tmp_path)
    assert [(row["epoch"], row["split"]) for row in progress.history] == [
        (0, "validation"),
        (1, "train"),
        (1, "validation"),
    ]


def test_a_finished_training_is_repeated_only_with_other_settings(data, tmp_path, monkeypatch):
    wanted = settings(epochs=1, warm_up_epochs=0)
    first, _ = data.train(wanted, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(training, "_run_epoch", None)
        again, progress = data.train(wanted, tmp_path)
    assert progress.epoch == 1 and weights(first) == weights(again)
    other, progress = data.train(settings(epochs=1, warm_up_epochs=0, seed=8), tmp_path)
    assert progress.epoch == 1 and weights(first) != weights(other) and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("imbalance", IMBALANCES)
def test_every_way_against_imbalance_trains_and_can_be_repeated(data, tmp_path, imbalance):
    wanted = settings(imbalance=imbalance, **ONE_EPOCH)
    (one, _), (other, _) = data.trained(imbalance=imbalance, **ONE_EPOCH), data.train(wanted, tmp_path)
    keras.utils.set_random_seed(wanted.seed)
    untrained = build(wanted, 32, len(LABELS))
    assert weights(one) == weights(other)
    assert all(one != other for one, other in zip(weights(one), weights(untrained), strict=True))


def test_without_epochs_the_classifier_on_the_frozen_backbone_is_fitted(data):
    model, progress = data.trained(network="efficientnet_lite0", epochs=0)
    assert [(row["epoch"], row["split"]) for row in progress.history] == [(0, "validation")]
    backbone = build(PRETRAINED, 32, len(LABELS)).get_layer("backbone")
    assert weights(model.get_layer("backbone")) == weights(backbone)
    rows = list(head_rows(data.pictures(PRETRAINED), data.features))
    given = np.concatenate([model.get_layer("probabilities")(features) for features, _, _ in rows])
    assert np.mean(given.argmax(axis=1) == np.concatenate([labels for _, labels, _ in rows])) > 0.9


def test_a_fine_tuned_model_goes_only_a_share_of_the_way(data):
    began, _ = data.trained(network="efficientnet_lite0", epochs=0)
    quarter, end = (
        data.trained(network="efficientnet_lite0", interpolation=share, **ONE_EPOCH)[0] for share in (0.25, 1)
    )
    assert weights(end) != weights(began)
    for first, part, last in zip(began.get_weights(), quarter.get_weights(), end.get_weights(), strict=True):
        np.testing.assert_allclose(part, first + 0.25 * (last - first), atol=1e-6)


def test_the_classifier_learns_from_every_view_of_sets_and_photos(data):
    pictures = data.pictures(PRETRAINED)
    features, labels, shares = (
        np.concatenate(parts) for parts in zip(*head_rows(pictures, data.features), strict=True)
    )
    files = [read_features(features_path(data.features, name, view)) for view in (0, 1) for name in ("train", "photos")]
    np.testing.assert_array_equal(features, np.concatenate(files))
    assert np.bincount(labels).tolist() == (2 * pictures.counts).tolist() == [8, 12, 10]
    np.testing.assert_allclose(shares, pictures.weights[labels])


def test_photos_change_what_is_learned(data, tmp_path):
    with_photos, _ = data.trained(imbalance="class_weights", **ONE_EPOCH)
    without, wanted = write_photo_shards(tmp_path / "photos"), settings(imbalance="class_weights", **ONE_EPOCH)
    model, _ = train(data.shards, without, data.features, wanted, tmp_path / "without")
    assert weights(with_photos) != weights(model)


def test_missing_features_are_told(data, tmp_path):
    with pytest.raises(UserError, match="no features .*dvc repro --force features"):
        train(data.shards, data.photos, tmp_path / "nowhere", PRETRAINED, tmp_path / "checkpoint")


def test_fingerprint_stands_for_settings_and_pictures(data, tmp_path):
    sources = [data.shards, data.photos]
    others = write_shards(tmp_path / "shards", train=(3, 4, 5)), write_photo_shards(tmp_path / "photos")
    prints = [
        fingerprint(sources, settings()),
        fingerprint(sources, settings(seed=8)),
        fingerprint([others[0], data.photos], settings()),
        fingerprint([data.shards, others[1]], settings()),
    ]
    assert len(set(prints)) == 4 and fingerprint(sources, settings()) == prints[0]
    assert fingerprint(sources, settings(seed=8), {"epochs"}) == fingerprint(sources, settings(), {"epochs"})
    with pytest.raises(UserError, match="no shards here"):
        fingerprint([data.shards, tmp_path], settings())


def test_fingerprint_stands_for_the_content_of_a_file_of_weights(data, tmp_path):
    prints = set()
    for content in (b"one", b"other"):
        (tmp_path / "some.weights.h5").write_bytes(content)
        named = settings(network="vgg16", weights=str(tmp_path / "some.weights.h5"))
        prints.add(fingerprint([data.shards], named, {"epochs"}))
    assert len(prints) == 2


def test_learning_rate_rises_while_warming_up_then_falls_to_nothing():
    schedule = learning_rate(settings(epochs=10, warm_up_epochs=2, learning_rate=0.01), batches_per_epoch=5)
    rates = [float(schedule(batch)) for batch in range(51)]
    assert rates[0] == 0 and rates[:11] == sorted(rates[:11]) and rates[5] == pytest.approx(0.005)
    assert rates[10] == pytest.approx(max(rates)) == pytest.approx(0.01)
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[50] == pytest.approx(0, abs=1e-9)
    assert rates[30] == pytest.approx(0.005)


def test_without_warm_up_it_begins_with_its_full_value():
    schedule = learning_rate(settings(epochs=1, warm_up_epochs=0, learning_rate=0.01), batches_per_epoch=5)
    assert float(schedule(0)) == pytest.approx(0.01) and float(schedule(5)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("network", ["efficientnet_lite0", "lego_cnn"])
def test_settings_without_a_learning_rate_take_the_network_s_own(network):
    wanted = settings(network=network, learning_rate=None, warm_up_epochs=0)
    assert float(learning_rate(wanted, 5)(0)) == pytest.approx(default_learning_rate(wanted))


def test_a_loss_that_is_no_number_is_told():
    figures = {"train": {"loss": float("nan"), "accuracy": 0.2}, "validation": {"loss": 1.0, "accuracy": 0.2}}
    with pytest.raises(UserError, match="the loss became nan, 1.0 in epoch 4. Lower train.learning_rate"):
        training._note(Progress(epoch=3), 4, figures)
