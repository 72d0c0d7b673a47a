import numpy as np
import pytest

from themer.base.quiet_tensorflow import keras
from themer.training.checkpoints import Checkpoints, Progress, remove_checkpoints

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"
INPUTS, LABELS = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    made.optimizer.build(made.trainable_variables)
    return made


def progress(epoch: int) -> Progress:
    return Progress(epoch, [{"epoch": epoch, "split": "train", "loss": 0.1 + 0.2, "accuracy": 1.0}])


def test_without_a_state_there_is_nothing_to_load(tmp_path):
    assert Checkpoints(tmp_path / "nowhere", ONE).load() is None


def test_a_loaded_model_learns_on_as_the_saved_one_would(tmp_path):
    one = model()
    one.train_on_batch(INPUTS, LABELS)
    Checkpoints(tmp_path, ONE).save(one, progress(1))
    other, reached = Checkpoints(tmp_path, ONE).load()
    assert reached == progress(1)
    for each in (one, other):
        each.train_on_batch(INPUTS, LABELS)
    for mine, its in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_only_the_last_state_is_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path, ONE)
    for epoch in (9, 10, 100):
        checkpoints.save(model(), progress(epoch))
        assert [path.name for path in tmp_path.iterdir()] == [f"{ONE}-{epoch:05}"]
    assert checkpoints.load()[1].epoch == 100


def test_the_first_weights_stay_beside_the_last(tmp_path):
    one, checkpoints = model(), Checkpoints(tmp_path, ONE)
    first = one.get_weights()
    for epoch in range(3):
        checkpoints.save(one, progress(epoch))
        one.train_on_batch(INPUTS, LABELS)
    assert (one.get_weights()[0] != first[0]).any()
    checkpoints.load_start(one)
    for mine, its in zip(one.get_weights(), first, strict=True):
        np.testing.assert_array_equal(mine, its)


def test_another_training_starts_anew_and_replaces_the_state(tmp_path):
    Checkpoints(tmp_path, ONE).save(model(), progress(5))
    other = Checkpoints(tmp_path, OTHER)
    assert other.load() is None
    other.save(model(), progress(1))
    assert [path.name for path in tmp_path.iterdir()] == [f"{OTHER}-00001"]


class Killed(Exception):
    pass


@pytest.mark.parametrize("moment", ["pathlib.Path.write_text", "pathlib.Path.rename"])
def test_a_stop_while_saving_leaves_the_state_before(tmp_path, monkeypatch, moment):
    def killed(*args, **kwargs):
        raise Killed

    checkpoints = Checkpoints(tmp_path, ONE)
    checkpoints.save(model(), progress(1))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(moment, killed)
        checkpoints.save(model(), progress(2))
    assert (tmp_path / f"{ONE}-00002.part").exists() and checkpoints.load()[1].epoch == 1
    checkpoints.save(model(), progress(2))
    assert [path.name for path in tmp_path.iterdir()] == [f"{ONE}-00002"]


def test_of_two_whole_states_the_later_is_loaded(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, ONE)
    monkeypatch.setattr(checkpoints, "_remove_all_but", lambda kept: None)
    for epoch in (2, 1):
        checkpoints.save(model(), progress(epoch))
    assert checkpoints.load()[1].epoch == 2


def test_removing_states_leaves_what_is_none(tmp_path):
    folder = tmp_path / "states"
    Checkpoints(folder, ONE).save(model(), progress(1))
    (folder / f"{ONE}-00002.part").mkdir()
    (folder / "notes.txt").touch()
    remove_checkpoints(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    remove_checkpoints(folder)
    assert not folder.exists()
    remove_checkpoints(folder)
