import io
import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from stages import evaluate
from themer.files import read_csv, write_bytes
from themer.shards import Example, ShardSummary, write_split, write_summary

LABELS = ["Blue", "Green", "Red"]
CHANNELS = [2, 1, 0]
OUTPUTS = {
    "metrics": "metrics/evaluate.json",
    "themes": "metrics/themes.json",
    "headline": "plots/headline.csv",
    "confusion": "plots/confusion.csv",
    "roc": "plots/roc.csv",
    "result": "plots/result.png",
    "mistakes": "plots/mistakes.png",
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
    write_summary(folder / "shards", ShardSummary(LABELS, 32, (255, 255, 255), {"test": len(examples)}))
    rows = [f"{index}-1,{theme},{index},test" for index, (theme, _) in enumerate(pictures)]
    rows += ["100-1,Green,100,train", "101-1,Green,101,train", "102-1,Red,102,train"]
    write_bytes("\n".join(["set_id,label,family,split", *rows, ""]).encode(), folder / "dataset.csv")


def write_model(path: Path, labels: list[str] = LABELS, size: int = 32) -> None:
    """Save a model that answers the theme of the brightest colour channel."""
    inputs = keras.Input((size, size, 3))
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    dense = keras.layers.Dense(len(labels), activation="softmax")
    model = keras.Model(inputs, dense(means))
    dense.set_weights([5 * np.eye(3, dtype="float32")[:, CHANNELS], np.zeros(3, "float32")])
    model.save(path)
    description = {"labels": labels, "size": size, "fill": [255, 255, 255], "network": "brightest"}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("themer.json", json.dumps(description))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A model and seven test pictures, two of which have the colour of another theme."""
    themes = ["Red", "Red", "Green", "Green", "Green", "Blue", "Blue"]
    colours = ["Red", "Red", "Green", "Green", "Red", "Blue", "Green"]
    write_shards(tmp_path, list(zip(themes, colours, strict=True)))
    write_model(tmp_path / "classifier.keras")
    return tmp_path


@pytest.fixture
def run(write_params):
    """Return a function that evaluates the model of a folder."""

    def run(folder: Path, **changes: object) -> None:
        paths = {"model": "classifier.keras", "shards": "shards", "dataset": "dataset.csv", **OUTPUTS}
        arguments = [part for name, path in paths.items() for part in (f"--{name}", str(folder / path))]
        evaluate.main([*arguments, "--params", str(write_params(changes))])

    return run


def test_headline_figures(folder, run):
    run(folder)
    figures = json.loads((folder / "metrics/evaluate.json").read_text())
    assert figures["pictures"] == 7
    assert figures["accuracy"] == pytest.approx(5 / 7, abs=1e-6)
    assert figures["baseline_accuracy"] == pytest.approx(3 / 7, abs=1e-6)
    assert figures["accuracy_low"] < figures["accuracy"] < figures["accuracy_high"]


def test_a_lower_confidence_level_narrows_the_interval(folder, run):
    lows = []
    for level in (0.95, 0.5):
        run(folder, **{"evaluate.confidence_level": level})
        lows.append(json.loads((folder / "metrics/evaluate.json").read_text())["accuracy_low"])
    assert lows[0] < lows[1]


def test_figures_per_theme(folder, run):
    run(folder)
    themes = json.loads((folder / "metrics/themes.json").read_text())
    assert [(row["theme"], row["recall"], row["support"]) for row in themes] == [
        ("Green", pytest.approx(2 / 3, abs=1e-6), 3),
        ("Blue", 0.5, 2),
        ("Red", 1, 2),
    ]


def test_tables_behind_the_plots(folder, run):
    run(folder)
    confusion = read_csv(folder / "plots/confusion.csv")
    assert ["Blue", "Green", "1"] in confusion.to_numpy().tolist()
    assert set(read_csv(folder / "plots/roc.csv")["theme"]) == set(LABELS)
    assert read_csv(folder / "plots/headline.csv")["value"].iloc[0] == "0.714286"


def test_contact_sheet_shows_the_mistakes_only(folder, run):
    run(folder)
    colours = {pixel for _, pixel in Image.open(folder / "plots/mistakes.png").getcolors(1 << 20)}
    assert {(210, 0, 0), (0, 190, 0)} <= colours
    assert (250, 0, 0) not in colours


def test_contact_sheet_without_mistakes_shows_the_least_certain_answer(folder, run):
    write_shards(folder, [("Red", "Red"), ("Blue", "Blue")])
    run(folder, **{"evaluate.mistakes": 1})
    colours = {pixel for _, pixel in Image.open(folder / "plots/mistakes.png").getcolors(1 << 20)}
    assert (0, 0, 240) in colours
    assert (250, 0, 0) not in colours


@pytest.mark.parametrize(
    ("mistakes", "shown", "title"),
    [
        (0, 9, "No mistakes: the 9 least certain answers"),
        (1, 1, "The only mistake"),
        (7, 7, "All 7 mistakes, the most confident first"),
        (30, 24, "The 24 most confident mistakes"),
    ],
)
def test_contact_sheet_says_what_it_shows(mistakes, shown, title):
    assert evaluate.words_for(mistakes, 100, shown)[0] == title


def test_same_inputs_give_the_same_bytes(folder, run):
    contents = []
    for _ in range(2):
        run(folder)
        contents.append([(folder / path).read_bytes() for path in OUTPUTS.values()])
    assert contents[0] == contents[1]


def test_model_that_knows_other_themes_is_refused(folder, run):
    write_model(folder / "classifier.keras", labels=["Blue", "Green", "Znap"])
    with pytest.raises(SystemExit, match="Blue, Green, Znap.*Blue, Green, Red"):
        run(folder)


def test_model_for_another_size_is_refused(folder, run):
    write_model(folder / "classifier.keras", size=48)
    with pytest.raises(SystemExit, match="48 px.*32 px"):
        run(folder)


def test_empty_test_split_is_refused(folder, run):
    write_shards(folder, [])
    with pytest.raises(SystemExit, match="holds no pictures"):
        run(folder)


def test_pictures_missing_from_the_table_are_named(folder, run):
    (folder / "dataset.csv").write_text("set_id,label,family,split\n0-1,Red,0,test\n100-1,Red,100,train\n")
    with pytest.raises(SystemExit, match="6 of 7 test pictures .* 1-1"):
        run(folder)
