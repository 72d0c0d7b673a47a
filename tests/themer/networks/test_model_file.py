import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tests.small_shards import FILL, LABELS, settings
from themer.base.errors import UserError
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.networks.model_file import load_classifier, save_classifier
from themer.networks.registry import build

DESCRIPTION = Description(LABELS, 32, FILL, "lego_cnn", temperature=1.5)
PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)

# Importing Keras takes longer with garbage collection.
WITHOUT_PROJECT = """
import gc; gc.disable()
import sys, keras, numpy
model = keras.models.load_model(sys.argv[1])
assert not any(name.startswith("themer") for name in sys.modules)
numpy.save(sys.argv[3], model([numpy.load(sys.argv[2])]))
"""


def untrained(network: str = "lego_cnn") -> keras.Model:
    keras.utils.set_random_seed(0)
    return build(settings(network=network, weights="none"), 32, 3)


def trained() -> keras.Model:
    model = untrained()
    # Compiling the step would take longer than all else here.
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    model.train_on_batch(PIXELS, np.array([0, 1]))
    return model


def test_keras_loads_it_without_this_project(tmp_path):
    model = untrained("efficientnet_lite0")
    save_classifier(model, DESCRIPTION, tmp_path / "classifier.keras")
    np.save(tmp_path / "pixels.npy", PIXELS)
    names = [str(tmp_path / name) for name in ("classifier.keras", "pixels.npy", "predictions.npy")]
    subprocess.run([sys.executable, "-c", WITHOUT_PROJECT, *names], cwd=tmp_path, check=True)
    np.testing.assert_allclose(np.load(tmp_path / "predictions.npy"), model(PIXELS), atol=1e-6)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("one.keras", "two.keras"):
        save_classifier(trained(), DESCRIPTION, tmp_path / name)
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()


def test_the_file_has_no_optimizer_state(tmp_path):
    model = trained()
    save_classifier(model, DESCRIPTION, tmp_path / "classifier.keras")
    assert (tmp_path / "classifier.keras").stat().st_size < 4.5 * model.count_params() + 100_000
    assert model.optimizer is not None


def test_a_missing_model_is_reported_with_the_command_to_run(tmp_path):
    with pytest.raises(UserError, match="there is no model yet. Run: dvc repro"):
        load_classifier(tmp_path / "classifier.keras")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "classifier.keras"
    path.write_bytes(b"not a zip file")
    with pytest.raises(UserError, match="this file is damaged, or was not saved by this project"):
        load_classifier(path)
    trained().save(path)
    with pytest.raises(UserError, match="themer.json"):
        load_classifier(path)


def test_a_classifier_with_a_broken_model_is_refused(tmp_path):
    path = tmp_path / "classifier.keras"
    save_classifier(trained(), DESCRIPTION, path)
    with zipfile.ZipFile(path) as file:
        description = file.read("themer.json")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("themer.json", description)
    with pytest.raises(UserError, match="was not saved by this project"):
        load_classifier(path)
