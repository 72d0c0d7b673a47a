import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.small_shards import LABELS, settings, write_photo_shards, write_shards
from tests.themer.networks.random_weights import use_short_vgg16
from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras, tf
from themer.features.feature_store import read_features
from themer.features.storing import store_features
from themer.networks.parts import parts_of
from themer.networks.registry import build, default_learning_rate
from themer.training import fit
from themer.training.checkpoints import Progress
from themer.training.confidence import expected_calibration_error, with_temperature
from themer.training.fit import (
    Calibration,
    SparseCrossentropy,
    calibrate,
    head_rows,
    learning_rate,
    probabilities,
    train,
)
from themer.training.training_pictures import TrainingPictures

ONE_EPOCH = {"epochs": 1, "warm_up_epochs": 0, "photo_views": 0}
TWO_EPOCHS = {"epochs": 2, "photo_views": 0}
CLASS_WEIGHTS = {"imbalance": "class_weights", **ONE_EPOCH}
ACTUAL = np.array([0, 2], np.int32)
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.5, 0.25, 0.25]], np.float32)
IMBALANCES = get_args(Train.model_fields["imbalance"].annotation)


class Data:
    """Shards, photo shards and features in a folder, and models trained on them."""

    def __init__(self, folder: Path, **counts: object) -> None:
        self.folder = folder
        self.shards, self.features = write_shards(folder / "shards", **counts), folder / "features"
        self.photos = write_photo_shards(folder / "photos", train=(1, 1, 1))
        # Each model is trained once for all tests. Tests must not change it.
        self.trained = cache(lambda **changes: self.train(settings(**changes), self.checkpoint(**changes)))
        # The folder of each model's state.
        self.checkpoint = cache(lambda **changes: Path(mkdtemp(dir=folder)))
        self.frozen = {"network": "vgg16", "epochs": 0, "photo_views": 0}

    def train(self, settings: Train, checkpoint: Path) -> tuple[keras.Model, Progress]:
        return train(self.shards, self.photos, self.features, settings, checkpoint)[:2]

    def pictures(self, settings: Train) -> TrainingPictures:
        return TrainingPictures(self.shards, self.photos, settings)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Iterator[Data]:
    data = Data(tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        use_short_vgg16(patch)
        store_features(data.shards, data.photos, settings(**data.frozen), data.features)
        yield data


@pytest.fixture(scope="module")
def resumed(data) -> tuple[keras.Model, Progress]:
    """A fine-tuned model, a quarter of the way: interrupted in its first epoch, then resumed without `fit_head`."""
    wanted, checkpoint = settings(**{**data.frozen, **ONE_EPOCH}, interpolation=0.25), data.folder / "interrupted"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr(TrainingPictures, "epoch", interrupted)
        data.train(wanted, checkpoint)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "fit_head", None)
        return data.train(wanted, checkpoint)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> TrainingPictures:
    folder = tmp_path_factory.mktemp("pictures")
    shards = write_shards(folder / "shards", validation=(12, 12, 12))
    return TrainingPictures(shards, write_photo_shards(folder / "photos"), settings())


def weights(model: keras.Model) -> list[bytes]:
    return [array.tobytes() for array in model.get_weights()]


class Interrupted(Exception):
    pass


def interrupted(*arguments: object) -> None:
    raise Interrupted


def interrupt_in_epoch(epoch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make training fail in an epoch, after its batches and before its scores are recorded."""
    record = fit._record

    def interrupted(progress, number, scores):
        if number == epoch:
            raise Interrupted
        record(progress, number, scores)

    monkeypatch.setattr(fit, "_record", interrupted)


def classifier(steepness: float, green: float = 0) -> keras.Model:
    """Return a classifier by mean colour whose confidence grows with `steepness`; `green` shifts one label's logit."""
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax", name="probabilities"),
        ]
    )
    # The channels are red, green, blue; the labels are blue, green, red.
    model.get_layer("probabilities").set_weights(
        [np.eye(3, dtype=np.float32)[::-1] * steepness, np.array([0, green * steepness, 0], np.float32)]
    )
    return model


def loss(smoothing: float = 0, weights: np.ndarray | None = None) -> float:
    return float(SparseCrossentropy(smoothing)(ACTUAL, PROBABILITIES, sample_weight=weights))


def test_it_learns_colours(tmp_path):
    data = Data(tmp_path, train=(16, 16, 16))
    quick = settings(epochs=2, learning_rate=0.003, augmentation=0.1, photo_views=0, dropout=0, label_smoothing=0)
    _, progress = data.train(quick, tmp_path / "checkpoint")
    assert progress.history[-1]["split"] == "validation" and progress.history[-1]["accuracy"] == 1
    assert progress.history[-2]["loss"] < progress.history[0]["loss"]


def test_history_has_a_row_for_each_epoch_and_split_and_ends_with_the_model_s_scores(data):
    model, progress = data.trained(**TWO_EPOCHS)
    rows = [(row["epoch"], row["split"]) for row in progress.history]
    assert rows == [(epoch, split) for epoch in (1, 2) for split in ("train", "validation")]
    assert all(set(row) == {"epoch", "split", "loss", "accuracy"} for row in progress.history)
    predicted, actual = probabilities(model, data.pictures(settings()).plain("validation"))
    loss = -np.log(predicted[np.arange(len(actual)), actual]).mean()
    assert progress.history[-1]["loss"] == pytest.approx(loss, rel=1e-5)
    assert progress.history[-1]["accuracy"] == np.mean(predicted.argmax(axis=1) == actual)


def test_an_interrupted_run_resumes_and_ends_with_the_same_weights(data, tmp_path, monkeypatch):
    wanted = settings(**TWO_EPOCHS)
    whole, whole_progress = data.trained(**TWO_EPOCHS)
    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        interrupt_in_epoch(2, patch)
        data.train(wanted, tmp_path)
    epochs, run_epoch = [], fit._run_epoch
    monkeypatch.setattr(fit, "_run_epoch", lambda *args: (epochs.append(args[2].epoch + 1), run_epoch(*args)))
    resumed, progress = data.train(wanted, tmp_path)
    assert epochs == [2] and progress == whole_progress
    assert weights(whole) == weights(resumed)


def test_a_run_interrupted_in_the_first_epoch_does_not_fit_the_classifier_again(resumed):
    _, progress = resumed
    assert [(row["epoch"], row["split"]) for row in progress.history] == [
        (0, "validation"),
        (1, "train"),
        (1, "validation"),
    ]


def test_a_finished_run_is_repeated_only_with_other_settings(data, tmp_path, monkeypatch):
    first, _ = data.trained(**CLASS_WEIGHTS)
    checkpoint = shutil.copytree(data.checkpoint(**CLASS_WEIGHTS), tmp_path / "checkpoint")
    with monkeypatch.context() as patch:
        patch.setattr(fit, "_run_epoch", None)
        again, progress = data.train(settings(**CLASS_WEIGHTS), checkpoint)
    assert progress.epoch == 1 and weights(first) == weights(again)
    other, progress = data.train(settings(**CLASS_WEIGHTS, seed=8), checkpoint)
    assert progress.epoch == 1 and weights(first) != weights(other) and len(list(checkpoint.iterdir())) == 1


@pytest.mark.parametrize("imbalance", IMBALANCES)
def test_every_remedy_for_imbalance_trains_all_weights_reproducibly(data, tmp_path, imbalance):
    wanted = settings(imbalance=imbalance, **ONE_EPOCH)
    (one, _), (other, _) = data.trained(imbalance=imbalance, **ONE_EPOCH), data.train(wanted, tmp_path)
    keras.utils.set_random_seed(wanted.seed)
    untrained = build(wanted, 32, len(LABELS))
    assert weights(one) == weights(other)
    assert all(one != other for one, other in zip(weights(one), weights(untrained), strict=True))


def test_without_epochs_a_classifier_is_fitted_on_the_frozen_backbone(data):
    model, progress = data.trained(**data.frozen)
    assert [(row["epoch"], row["split"]) for row in progress.history] == [(0, "validation")]
    frozen = settings(**data.frozen)
    backbone = build(frozen, 32, len(LABELS)).get_layer("backbone")
    assert weights(model.get_layer("backbone")) == weights(backbone)
    rows = list(head_rows(data.pictures(frozen), data.features))
    predicted = np.concatenate([model.get_layer("probabilities")(features) for features, _, _ in rows])
    assert np.mean(predicted.argmax(axis=1) == np.concatenate([labels for _, labels, _ in rows])) > 0.9


def test_fine_tuned_weights_are_interpolated_with_the_pretrained_ones(data, resumed):
    quarter, _ = resumed
    # The last state has the weights of the trained blocks before the interpolation, and those before fine-tuning.
    [state] = data.folder.glob("interrupted/*/model.keras")
    end = keras.models.load_model(state, compile=False)
    began = keras.models.clone_model(end)
    began.load_weights(state.with_name("start.weights.h5"))
    before, after = began.get_weights(), parts_of(quarter).trained.get_weights()
    assert any(np.abs(one - other).max() > 1e-4 for one, other in zip(before, after, strict=True))
    for first, part, last in zip(before, after, end.get_weights(), strict=True):
        np.testing.assert_allclose(part, first + 0.25 * (last - first), atol=1e-6)


def test_the_classifier_is_fitted_on_every_view_of_sets_and_photos(data):
    pictures = data.pictures(settings(**data.frozen))
    features, labels, weights = (
        np.concatenate(parts) for parts in zip(*head_rows(pictures, data.features), strict=True)
    )
    files = [read_features(data.features, name, view)[:] for view in (0, 1) for name in ("train", "photos")]
    np.testing.assert_array_equal(features, np.concatenate(files))
    assert np.bincount(labels).tolist() == (2 * pictures.counts).tolist() == [8, 12, 10]
    np.testing.assert_allclose(weights, pictures.weights[labels])


def test_photos_change_the_trained_weights(data, tmp_path):
    with_photos, _ = data.trained(**CLASS_WEIGHTS)
    no_photos, wanted = write_photo_shards(tmp_path / "photos"), settings(**CLASS_WEIGHTS)
    without, _, _ = train(data.shards, no_photos, data.features, wanted, tmp_path / "checkpoint")
    assert weights(with_photos) != weights(without)


def test_its_predictions_for_the_validation_split_are_those_of_the_whole_model(data, tmp_path):
    wanted = settings(**data.frozen)
    model, _, found = train(data.shards, data.photos, data.features, wanted, tmp_path)
    whole = probabilities(model, data.pictures(wanted).plain("validation"))
    np.testing.assert_allclose(found.probabilities, whole.probabilities, atol=1e-5)
    np.testing.assert_array_equal(found.actual, whole.actual)


def test_missing_features_are_reported(data, tmp_path):
    with pytest.raises(UserError, match="no list of networks .*dvc repro --force features"):
        train(data.shards, data.photos, tmp_path / "nowhere", settings(**data.frozen), tmp_path / "checkpoint")


def test_the_learning_rate_rises_during_warm_up_then_falls_to_0():
    schedule = learning_rate(settings(epochs=10, warm_up_epochs=2, learning_rate=0.01), batches_per_epoch=5)
    rates = [float(schedule(batch)) for batch in range(51)]
    assert rates[0] == 0 and rates[:11] == sorted(rates[:11]) and rates[5] == pytest.approx(0.005)
    assert rates[10] == pytest.approx(max(rates)) == pytest.approx(0.01)
    assert rates[10:] == sorted(rates[10:], reverse=True) and rates[50] == pytest.approx(0, abs=1e-9)
    assert rates[30] == pytest.approx(0.005)


def test_without_warm_up_the_learning_rate_starts_at_its_full_value():
    schedule = learning_rate(settings(epochs=1, warm_up_epochs=0, learning_rate=0.01), batches_per_epoch=5)
    assert float(schedule(0)) == pytest.approx(0.01) and float(schedule(5)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("network", ["efficientnet_lite0", "lego_cnn"])
def test_without_a_learning_rate_in_the_settings_the_network_s_default_is_used(network):
    wanted = settings(network=network, learning_rate=None, warm_up_epochs=0)
    assert float(learning_rate(wanted, 5)(0)) == pytest.approx(default_learning_rate(wanted))


def test_a_loss_of_nan_is_reported():
    scores = {"train": {"loss": float("nan"), "accuracy": 0.2}, "validation": {"loss": 1.0, "accuracy": 0.2}}
    with pytest.raises(UserError, match="nan, 1.0 in epoch 4, so training stopped. Lower train.learning_rate"):
        fit._record(Progress(epoch=3), 4, scores)


@pytest.mark.parametrize("steepness", [0.01, 0.2, 0.4])
def test_the_model_itself_predicts_calibrated_probabilities(pictures, steepness):
    model = classifier(steepness, green=-60)
    before, actual = validation = probabilities(model, pictures.plain("validation"))
    found = calibrate(model, validation)
    after, _ = probabilities(model, pictures.plain("validation"))
    np.testing.assert_allclose(after, with_temperature(before, found.temperature), atol=1e-5)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
    assert found.accuracy == np.mean(after.argmax(axis=1) == actual) < 1
    assert found.loss <= -np.log(np.maximum(before[np.arange(36), actual], 1e-30)).mean() + 1e-6
    assert found.calibration_error == pytest.approx(expected_calibration_error(actual, after), abs=1e-4)
    assert found.calibration_error_before == expected_calibration_error(actual, before)


def calibrated(model: keras.Model, pictures: TrainingPictures) -> Calibration:
    """Calibrate a model on the validation split."""
    return calibrate(model, probabilities(model, pictures.plain("validation")))


def test_an_overconfident_model_gets_a_high_temperature(pictures):
    assert calibrated(classifier(0.4, green=-60), pictures).temperature > 2


def test_an_underconfident_model_gets_a_low_temperature(pictures):
    assert calibrated(classifier(0.005), pictures).temperature < 1


def test_all_scores_are_plain_numbers(pictures):
    found = calibrated(classifier(0.2), pictures)
    assert all(type(value) is float for value in vars(found).values()) and isinstance(found, Calibration)


def test_without_smoothing_it_is_the_mean_of_minus_log_p():
    assert loss() == pytest.approx(-(np.log(0.7) + np.log(0.25)) / 2, rel=1e-5)


def test_smoothing_spreads_a_share_over_all_labels():
    first = 0.8 * np.log(0.7) + 0.1 * np.log(0.2) + 0.1 * np.log(0.1)
    second = 0.1 * np.log(0.5) + 0.1 * np.log(0.25) + 0.8 * np.log(0.25)
    assert loss(smoothing=0.3) == pytest.approx(-(first + second) / 2, rel=1e-5)


@examples(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), label_count=st.integers(2, 5))
def test_without_smoothing_it_is_keras_s_own(seed, label_count):
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(label_count), 3).astype(np.float32)
    labels = np.array([0, 1, label_count - 1])
    expected = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    assert float(SparseCrossentropy(0)(labels, probabilities)) == pytest.approx(float(expected), rel=1e-5)


def test_sample_weights_multiply_the_loss_of_each_picture():
    only = [loss(0.1, np.array(weights, np.float32)) for weights in ([1, 0], [0, 1])]
    assert loss(0.1, np.array([2, 0.5], np.float32)) == pytest.approx(2 * only[0] + 0.5 * only[1], rel=1e-5)


def test_the_gradient_does_not_vanish_for_a_confident_wrong_prediction():
    logits = tf.Variable([[40.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        value = SparseCrossentropy(0.0)(np.array([2]), keras.ops.softmax(logits))
    assert np.isfinite(value.numpy())
    np.testing.assert_allclose(tape.gradient(value, logits), [[1, 0, -1]], atol=1e-6)


def test_a_compiled_model_trains_identically_after_saving_and_loading(tmp_path):
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", SparseCrossentropy(0.1), metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    inputs, weights = np.random.default_rng(0).normal(size=(2, 4)), np.array([1, 0.5])
    scores = [each.train_on_batch(inputs, ACTUAL, weights, return_dict=True) for each in (model, loaded)]
    assert scores[0] == scores[1] and set(scores[0]) == {"loss", "accuracy"}
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
