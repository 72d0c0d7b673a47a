import numpy as np
import pytest

from themer.base.quiet_tensorflow import keras
from themer.training.checkpoints import Checkpoints, Progress, remove_checkpoints

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"
INPUTS, LABELS = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    compiled = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    compiled.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    compiled.optimizer.build(compiled.trainable_variables)
    return compiled


def progress(epoch: int) -> Progress:
    return Progress(epoch, [{"epoch": epoch, "split": "train", "loss": 0.1 + 0.2, "accuracy": 1.0}])


def test_a_run_without_a_state_loads_nothing(tmp_path):
    assert Checkpoints(tmp_path / "nowhere", ONE).load() is None


def test_a_loaded_model_continues_training_like_the_saved_one(tmp_path):
    one = model()
    one.train_on_batch(INPUTS, LABELS)
    Checkpoints(tmp_path, ONE).save(one, progress(1))
    other, reached = Checkpoints(tmp_path, ONE).load()
    assert reached == progress(1)
    for each in (one, other):
        each.train_on_batch(INPUTS, LABELS)
    for saved, loaded in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(saved, loaded)


@pytest.mark.parametrize("name", ["model.keras", "progress.json"])
@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[: len(whole) // 2], lambda whole: b"[]"])
def test_a_damaged_state_is_said_and_counts_as_none(tmp_path, capsys, name, damage):
    checkpoints = Checkpoints(tmp_path, ONE)
    checkpoints.save(model(), progress(1))
    path = tmp_path / f"{ONE}-00001" / name
    path.write_bytes(damage(path.read_bytes()))
    assert checkpoints.load() is None and "is damaged" in capsys.readouterr().err
    checkpoints.save(model(), progress(1))
    assert checkpoints.load()[1] == progress(1)


def test_only_the_last_state_is_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path, ONE)
    for epoch in (9, 10, 100):
        checkpoints.save(model(), progress(epoch))
        assert [path.name for path in tmp_path.iterdir()] == [f"{ONE}-{epoch:05}"]
    assert checkpoints.load()[1].epoch == 100


def test_the_first_weights_are_kept_with_the_last_state(tmp_path):
    one, checkpoints = model(), Checkpoints(tmp_path, ONE)
    first = one.get_weights()
    for epoch in range(3):
        checkpoints.save(one, progress(epoch))
        one.train_on_batch(INPUTS, LABELS)
    assert (one.get_weights()[0] != first[0]).any()
    checkpoints.load_start(one)
    for loaded, saved in zip(one.get_weights(), first, strict=True):
        np.testing.assert_array_equal(loaded, saved)


def test_another_run_loads_nothing_and_replaces_the_state(tmp_path):
    Checkpoints(tmp_path, ONE).save(model(), progress(5))
    other = Checkpoints(tmp_path, OTHER)
    assert other.load() is None
    other.save(model(), progress(1))
    assert [path.name for path in tmp_path.iterdir()] == [f"{OTHER}-00001"]


class Killed(Exception):
    pass


@pytest.mark.parametrize("moment", ["pathlib.Path.write_text", "pathlib.Path.rename"])
def test_a_kill_while_saving_leaves_the_previous_state(tmp_path, monkeypatch, moment):
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


def test_the_later_of_two_complete_states_is_loaded(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, ONE)
    monkeypatch.setattr(checkpoints, "_remove_all_but", lambda kept: None)
    for epoch in (2, 1):
        checkpoints.save(model(), progress(epoch))
    assert checkpoints.load()[1].epoch == 2


def test_removing_states_keeps_all_other_files(tmp_path):
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
