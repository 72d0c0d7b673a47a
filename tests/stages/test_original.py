import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from stages import original
from tests.conftest import PROJECT, change
from tests.data_formats import problems_of_file
from tests.small_shards import LABELS, write_photo_shards, write_shards
from themer.base.files import write_bytes
from themer.base.params_file import parse_params
from themer.scoring.prediction_table import read_answers
from themer.validation.retraining import read_examples

OUTPUTS = {"answers": "data/original_answers.csv", "metrics": "metrics/original.json"}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder with shards, photos, and the table of the families."""
    folder = tmp_path_factory.mktemp("project")
    write_shards(folder / "shards", train=(6, 6, 6))
    write_photo_shards(folder / "photos", train=(1, 0, 1))
    rows = [f"{one.set_id},{one.set_id}\n" for one in read_examples(folder / "shards")]
    write_bytes(f"set_id,family\n{''.join(rows)}".encode(), folder / "dataset.csv")
    return folder


def run(project: Path, out: Path, epochs: int) -> Path:
    """Run the stage for so many epochs, and return the folder of its outputs."""
    params = yaml.safe_load((PROJECT / "params.yaml").read_text())
    change(params, {"original.epochs": epochs, "train.batch_size": 8})
    write_bytes(yaml.safe_dump(params).encode(), out / "params.yaml")
    paths = {"params": out / "params.yaml", "checkpoint": out / "checkpoint"}
    paths |= {"shards": project / "shards", "photos": project / "photos", "dataset": project / "dataset.csv"}
    paths |= {name: out / path for name, path in OUTPUTS.items()}
    original.main([part for name, path in paths.items() for part in (f"--{name}", str(path))])
    return out


@pytest.fixture(scope="module")
def finished(project, tmp_path_factory) -> Path:
    return run(project, tmp_path_factory.mktemp("finished"), epochs=1)


def test_every_test_picture_is_answered(project, finished):
    found = read_answers(finished / OUTPUTS["answers"])
    assert found.ids == [one.set_id for one in read_examples(project / "shards")][-3:]
    assert found.labels == LABELS and found.actual.tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_figures_are_those_of_the_answers(finished):
    found, figures = (
        read_answers(finished / OUTPUTS["answers"]),
        json.loads((finished / OUTPUTS["metrics"]).read_text()),
    )
    assert figures["accuracy"] == round(found.correct.mean(), 6)
    assert figures["accuracy_low"] <= figures["accuracy"] <= figures["accuracy_high"]
    assert figures["parameters"] > 400_000


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_outputs_are_as_their_description_says(finished, name):
    assert problems_of_file(finished / OUTPUTS[name], OUTPUTS[name]) == []


def test_no_checkpoint_is_left(finished):
    assert not (finished / "checkpoint" / "original").exists()


def test_the_same_inputs_give_the_same_bytes(project, finished, tmp_path):
    again = run(project, tmp_path, epochs=1)
    assert all((again / path).read_bytes() == (finished / path).read_bytes() for path in OUTPUTS.values())


def test_without_epochs_there_are_no_answers_and_no_figures(project, finished, tmp_path, capsys):
    off = run(project, tmp_path, epochs=0)
    assert "original: left out, since original.epochs is 0" in capsys.readouterr().out
    found, figures = read_answers(off / OUTPUTS["answers"]), json.loads((off / OUTPUTS["metrics"]).read_text())
    assert (found.ids, found.labels, found.probabilities.shape) == ([], LABELS, (0, 3))
    assert figures == dict.fromkeys(json.loads((finished / OUTPUTS["metrics"]).read_text()))
    assert [problems_of_file(off / path, path) for path in OUTPUTS.values()] == [[], []]


def test_what_a_stopped_run_kept_goes_when_it_is_switched_off(project, tmp_path):
    (tmp_path / "checkpoint" / "original" / "0123456789abcdef-00001").mkdir(parents=True)
    run(project, tmp_path, epochs=0)
    assert not (tmp_path / "checkpoint" / "original").exists()


@pytest.mark.parametrize(("epochs", "warm_up"), [(1, 0), (2, 1), (12, 1)])
def test_it_learns_from_scratch_whatever_the_model_does(params, epochs, warm_up):
    params["original"]["epochs"] = epochs
    params["train"].update(network="resnet50", weights="some.keras", epochs=0, learning_rate=0.5)
    found = original.original_settings(parse_params(params))
    assert (found.network, found.weights, found.epochs, found.warm_up_epochs) == ("lego_cnn", "none", epochs, warm_up)
    assert (found.learning_rate, found.photo_views, found.imbalance) == (None, 0, "class_weights")
    assert found.seed == params["train"]["seed"]
