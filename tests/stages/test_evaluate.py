import io
import json
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from stages import evaluate
from tests.conftest import PROJECT
from tests.data_formats import problems_of_file
from themer.base.files import write_bytes
from themer.base.tables import read_csv
from themer.dataset.shards import Example, ShardSummary, write_split, write_summary
from themer.exporting.index_writer import build_index
from themer.scoring.prediction_table import read_answers
from themer.training.confidence import log_loss

LABELS = ["Blue", "Green", "Red"]
CHANNELS = [2, 1, 0]
OUTPUTS = {
    "answers": "data/test_answers.csv",
    "metrics": "metrics/evaluate.json",
    "photo-metrics": "metrics/photos.json",
    "themes": "metrics/themes.json",
    "headline": "plots/headline.csv",
}


def picture(theme: str, brightness: int) -> bytes:
    """Return a PNG in the theme's colour."""
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[..., CHANNELS[LABELS.index(theme)]] = brightness
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def write_shards(folder: Path, pictures: list[tuple[str, str]]) -> None:
    """Write a test split of (actual theme, colour) and a table in which Green is the largest theme to train on."""
    examples = [
        Example(f"{index}-1", LABELS.index(theme), picture(colour, 250 - 10 * index))
        for index, (theme, colour) in enumerate(pictures)
    ]
    write_split(folder / "shards", "test", examples, pictures_per_shard=3)
    # The index needs pictures that were learned from: one of each theme.
    learned = [Example(f"10{index}-1", index, picture(theme, 255)) for index, theme in enumerate(LABELS)]
    for split in ("train", "validation"):
        write_split(folder / "shards", split, learned, pictures_per_shard=3)
    counts = {"train": 3, "validation": 3, "test": len(examples)}
    write_summary(folder / "shards", ShardSummary(LABELS, 32, (255, 255, 255), counts))
    rows = [f"{index}-1,{theme},{index},test" for index, (theme, _) in enumerate(pictures)]
    rows += ["100-1,Green,100,train", "101-1,Green,101,train", "102-1,Red,102,train"]
    write_bytes("\n".join(["set_id,label,family,split", *rows, ""]).encode(), folder / "dataset.csv")


def write_photos(folder: Path, themes: list[str]) -> None:
    """Write photos that are only scored, each in its theme's colour but the last, which is in blue."""
    colours = [*themes[:-1], "Blue"] if themes else []
    examples = [
        Example(f"photos/{theme.lower()}/{index}.png", LABELS.index(theme), picture(colour, 240 - 10 * index))
        for index, (theme, colour) in enumerate(zip(themes, colours, strict=True))
    ]
    write_split(folder / "photos", "train", [], pictures_per_shard=3)
    write_split(folder / "photos", "test", examples, pictures_per_shard=3)
    write_summary(folder / "photos", ShardSummary(LABELS, 32, (255, 255, 255), {"train": 0, "test": len(examples)}))
    rows = [f"{example.set_id},{example.set_id}" for example in examples]
    write_bytes("\n".join(["photo,family", *rows, ""]).encode(), folder / "photos.csv")


def write_model(path: Path, labels: list[str] = LABELS, size: int = 32) -> None:
    """Save a model that answers the theme of the brightest colour channel."""
    inputs = keras.Input((size, size, 3))
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    dense = keras.layers.Dense(len(labels), activation="softmax", name="probabilities")
    model = keras.Model(inputs, dense(means))
    dense.set_weights([5 * np.eye(3, dtype="float32")[:, CHANNELS], np.zeros(3, "float32")])
    model.save(path)
    description = {"labels": labels, "size": size, "fill": [255, 255, 255], "network": "brightest"}
    description |= {"temperature": 1.0, "threshold": 0.5}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("themer.json", json.dumps(description))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A model and seven test pictures, two of which have the colour of another theme; not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    themes = ["Red", "Red", "Green", "Green", "Green", "Blue", "Blue"]
    colours = ["Red", "Red", "Green", "Green", "Red", "Blue", "Green"]
    write_shards(folder, list(zip(themes, colours, strict=True)))
    write_photos(folder, [])
    write_model(folder / "classifier.keras")
    build_index(folder / "classifier.keras", folder / "shards", folder / "photos", folder / "index")
    return folder


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """A copy of the model and the pictures, for one test to change."""
    return shutil.copytree(made, tmp_path / "copy")


def evaluated(folder: Path, params: Path = PROJECT / "params.yaml") -> Path:
    """Evaluate the model of a folder, and return the folder."""
    inputs = {"model": "classifier.keras", "index": "index", "shards": "shards", "photos": "photos"}
    paths = {**inputs, "photo-table": "photos.csv", "dataset": "dataset.csv", **OUTPUTS}
    arguments = [part for name, path in paths.items() for part in (f"--{name}", str(folder / path))]
    evaluate.main([*arguments, "--params", str(params)])
    return folder


@pytest.fixture(scope="module")
def finished(made, tmp_path_factory) -> Path:
    """A copy in which the model has been evaluated with the project's own params; not to be changed."""
    return evaluated(shutil.copytree(made, tmp_path_factory.mktemp("finished") / "copy"))


def figures_of(folder: Path) -> dict[str, float]:
    return json.loads((folder / "metrics/evaluate.json").read_text())


def test_headline_figures(finished):
    figures = figures_of(finished)
    assert figures["pictures"] == 7
    assert figures["accuracy"] == pytest.approx(5 / 7, abs=1e-6)
    assert figures["baseline_accuracy"] == pytest.approx(3 / 7, abs=1e-6)
    assert figures["accuracy_low"] < figures["accuracy"] < figures["accuracy_high"]


def test_confidence_figures(finished):
    figures = figures_of(finished)
    assert 0 <= figures["answered"] <= 1 and 0 <= figures["calibration_error"] <= 1
    assert figures["calibration_error"] == figures["calibration_error_before"]  # its temperature is 1


def test_photos_have_a_score_of_their_own(folder, finished):
    without = figures_of(finished)
    assert json.loads((finished / "metrics/photos.json").read_text()) == {"photos": 0}
    write_photos(folder, ["Red", "Green", "Green"])
    evaluated(folder)
    photos = json.loads((folder / "metrics/photos.json").read_text())
    assert photos["photos"] == 3 and photos["themes"] == {"Green": 0.5, "Red": 1.0}
    assert [problems_of_file(folder / name, name) for name in OUTPUTS.values()] == [[]] * len(OUTPUTS)
    assert figures_of(folder) == without


def test_a_lower_confidence_level_narrows_the_interval(folder, finished, write_params):
    evaluated(folder, write_params({"evaluate.confidence_level": 0.5}))
    half, most = (figures_of(one)["accuracy_low"] for one in (folder, finished))
    assert most < half


def test_figures_per_theme(finished):
    themes = json.loads((finished / "metrics/themes.json").read_text())
    assert [(row["theme"], row["recall"], row["support"]) for row in themes] == [
        ("Green", pytest.approx(2 / 3, abs=1e-6), 3),
        ("Blue", 0.5, 2),
        ("Red", 1, 2),
    ]


def test_the_answers_are_in_the_order_of_the_shards(finished):
    found = read_answers(finished / "data/test_answers.csv")
    assert found.ids == [f"{index}-1" for index in range(7)] and found.labels == LABELS
    assert [LABELS[index] for index in found.actual] == ["Red", "Red", "Green", "Green", "Green", "Blue", "Blue"]
    assert [LABELS[index] for index in found.predicted] == ["Red", "Red", "Green", "Green", "Red", "Blue", "Green"]
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_figures_are_those_of_the_answers(finished):
    found, figures = read_answers(finished / "data/test_answers.csv"), figures_of(finished)
    assert figures["accuracy"] == round(found.correct.mean(), 6)
    assert figures["answered"] == round(found.sure.mean(), 6)
    assert figures["log_loss"] == pytest.approx(log_loss(found.actual, found.probabilities), abs=1e-6)


def test_the_headline_has_the_intervals(finished):
    headline = read_csv(finished / "plots/headline.csv").set_index("measure")
    assert headline.loc["Accuracy", "value"] == "0.714286"
    assert float(headline.loc["Macro-F1", "low"]) < float(headline.loc["Macro-F1", "high"])
    assert headline.loc["Balanced accuracy"].tolist()[1:] == ["", ""]


def test_same_inputs_give_the_same_bytes(folder, finished):
    evaluated(folder)
    assert all((folder / path).read_bytes() == (finished / path).read_bytes() for path in OUTPUTS.values())


def write_other_summary(folder: Path, labels: list[str] = LABELS, size: int = 32) -> None:
    """Let the shards be of other themes or another size than the model."""
    write_summary(folder / "shards", ShardSummary(labels, size, (255, 255, 255), {"test": 7}))


def test_shards_of_other_themes_are_refused(folder):
    write_other_summary(folder, labels=["Blue", "Green", "Znap"])
    with pytest.raises(SystemExit, match="Blue, Green, Red.*Blue, Green, Znap"):
        evaluated(folder)


def test_shards_of_another_size_are_refused(folder):
    write_other_summary(folder, size=48)
    with pytest.raises(SystemExit, match="32 px.*48 px"):
        evaluated(folder)


def test_the_index_of_another_model_is_refused(folder):
    write_model(folder / "classifier.keras", labels=["Blue", "Green", "Znap"])
    with pytest.raises(SystemExit, match="index is of another model"):
        evaluated(folder)


def test_empty_test_split_is_refused(folder):
    write_shards(folder, [])
    with pytest.raises(SystemExit, match="holds no pictures"):
        evaluated(folder)


def test_pictures_missing_from_the_table_are_named(folder):
    (folder / "dataset.csv").write_text("set_id,label,family,split\n0-1,Red,0,test\n100-1,Red,100,train\n")
    with pytest.raises(SystemExit, match="6 of 7 test pictures .* 1-1"):
        evaluated(folder)
