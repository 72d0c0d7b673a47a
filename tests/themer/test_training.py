import numpy as np
import pytest

from tests.small_shards import settings, write_shards
from themer import training
from themer.checkpoints import Progress
from themer.epochs import TrainingPictures
from themer.errors import UserError
from themer.training import fingerprint, learning_rate, train


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("shards"))


class Stopped(Exception):
    pass


def stop_in_epoch(epoch: int, monkeypatch) -> None:
    """Make training fail in an epoch, when its batches are done but nothing of it is kept yet."""
    measure = training._measured
    calls = iter(range(1, 1000))

    def measured(*args):
        if next(calls) == epoch:
            raise Stopped
        return measure(*args)

    monkeypatch.setattr(training, "_measured", measured)


def test_it_learns_colours(tmp_path):
    shards = write_shards(tmp_path / "shards", train=(8, 8, 8))
    quick = settings(epochs=12, early_stopping_patience=12, learning_rate=0.003, augmentation=0.1, dropout=0)
    model, progress = train(shards, quick, tmp_path / "checkpoint")
    assert progress.best_validation["accuracy"] == 1
    assert progress.history[-2]["loss"] < progress.history[0]["loss"]


def test_history_has_a_row_for_each_epoch_and_split(shards, tmp_path):
    _, progress = train(shards, settings(epochs=2), tmp_path)
    assert [(row["epoch"], row["split"]) for row in progress.history] == [
        (1, "train"),
        (1, "validation"),
        (2, "train"),
        (2, "validation"),
    ]
    assert all(set(row) == {"epoch", "split", "loss", "accuracy"} for row in progress.history)


def test_the_weights_are_those_of_the_best_epoch(shards, tmp_path):
    model, progress = train(shards, settings(epochs=4, learning_rate=0.02), tmp_path)
    measured = model.evaluate(TrainingPictures(shards, settings()).plain("validation"), verbose=0)
    losses = [row["loss"] for row in progress.history if row["split"] == "validation"]
    assert measured[0] == pytest.approx(min(losses), rel=1e-5)
    assert losses.index(min(losses)) + 1 == progress.best_epoch


def test_it_stops_when_nothing_gets_better(shards, tmp_path):
    # A rate so small that no weight changes: the loss of the first epoch stays the best.
    _, progress = train(shards, settings(epochs=9, early_stopping_patience=2, learning_rate=1e-30), tmp_path)
    assert (progress.epoch, progress.best_epoch) == (3, 1)


def test_a_stopped_training_goes_on_to_the_same_weights(shards, tmp_path, monkeypatch):
    whole, _ = train(shards, settings(), tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Stopped):
        stop_in_epoch(3, patch)
        train(shards, settings(), tmp_path / "stopped")
    epochs = []
    run_epoch = training._run_epoch
    monkeypatch.setattr(training, "_run_epoch", lambda *args: (epochs.append(args[1].epoch + 1), run_epoch(*args)))
    resumed, progress = train(shards, settings(), tmp_path / "stopped")
    assert epochs == [3] and len(progress.history) == 6
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_finished_training_is_not_repeated(shards, tmp_path, monkeypatch):
    first, _ = train(shards, settings(epochs=1), tmp_path)
    monkeypatch.setattr(training, "_run_epoch", None)
    again, progress = train(shards, settings(epochs=1), tmp_path)
    assert progress.epoch == 1
    np.testing.assert_array_equal(first.get_weights()[0], again.get_weights()[0])


def test_other_settings_start_afresh(shards, tmp_path):
    train(shards, settings(epochs=1), tmp_path)
    _, progress = train(shards, settings(epochs=1, seed=8), tmp_path)
    assert progress.epoch == 1 and len(list(tmp_path.iterdir())) == 1


def test_fingerprint_stands_for_settings_and_pictures(shards, tmp_path):
    prints = [
        fingerprint(shards, settings()),
        fingerprint(shards, settings(seed=8)),
        fingerprint(write_shards(tmp_path, train=(3, 4, 5)), settings()),
    ]
    assert len(set(prints)) == 3 and fingerprint(shards, settings()) == prints[0]


def test_learning_rate_falls_from_its_full_value_to_nearly_nothing():
    rates = [learning_rate(epoch, settings(epochs=10, learning_rate=0.01)) for epoch in range(1, 11)]
    assert rates[0] == 0.01 and 0 < rates[-1] < 0.0005
    assert rates == sorted(rates, reverse=True)


def test_pretrained_network_starts_from_a_linear_probe(shards, tmp_path):
    # At this rate and without dropout an epoch changes next to nothing: what is measured is the probe.
    quick = settings(network="efficientnet_lite0", epochs=1, learning_rate=1e-12, augmentation=0, dropout=0)
    _, progress = train(shards, quick, tmp_path)
    probe, first = (row for row in progress.history if row["split"] == "train")
    assert (probe["epoch"], first["epoch"]) == (0, 1)
    assert probe["accuracy"] == first["accuracy"] == 1 and probe["loss"] < 0.3


def test_probe_of_two_labels_answers_as_the_regression_does(tmp_path):
    shards = write_shards(tmp_path / "shards", labels=2)
    quick = settings(network="efficientnet_lite0", epochs=1, learning_rate=1e-12, augmentation=0, dropout=0)
    _, progress = train(shards, quick, tmp_path / "checkpoint")
    losses = [row["loss"] for row in progress.history if row["split"] == "train"]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_settings_without_a_learning_rate_take_the_network_s_own():
    rates = [
        learning_rate(1, settings(network=name, learning_rate=None)) for name in ("efficientnet_lite0", "lego_cnn")
    ]
    assert rates == [1e-4, 1e-3]


def test_a_loss_that_is_no_number_is_told():
    with pytest.raises(UserError, match="the loss became nan in epoch 4. Lower train.learning_rate"):
        training._note(Progress(epoch=3), 4, {"loss": float("nan"), "accuracy": 0.2}, {"loss": 1.0, "accuracy": 0.2})
