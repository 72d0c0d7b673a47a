import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages import paths
from stages.evaluate import main
from tests.conftest import PROJECT
from tests.data_formats import problems_of_file
from tests.promises import NOTHING_HELD_OUT, promises
from themer.answering.abstention import Boundary
from themer.answering.index import read_index_summary
from themer.base.files import write_bytes
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.base.tables import read_csv
from themer.exporting.index_writer import write_index
from themer.exporting.served_model import export_classifier
from themer.exporting.thresholds import choose_thresholds, write_index_summary
from themer.networks.model_file import Classifier
from themer.scoring.prediction_table import read_predictions
from themer.shards.files import Example, ShardSummary, read_summary, write_split, write_summary
from themer.training.confidence import log_loss

LABELS = ["Blue", "Green", "Red"]
CHANNELS = [2, 1, 0]
SIZE, FILL = 32, (255, 255, 255)
ACTUAL = ["Red", "Red", "Green", "Green", "Green", "Blue", "Blue"]
COLOURS = ["Red", "Red", "Green", "Green", "Red", "Blue", "Green"]
OUTPUTS = [
    *(paths.test_predictions, paths.test_decisions, paths.headline),
    *(paths.evaluate_metrics, paths.photo_metrics, paths.theme_metrics),
]


def picture(label: str, brightness: int) -> bytes:
    """Return a PNG in the label's colour."""
    pixels = np.zeros((SIZE, SIZE, 3), np.uint8)
    pixels[..., CHANNELS[LABELS.index(label)]] = brightness
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def darker(png: bytes) -> bytes:
    """Return a PNG with half the brightness."""
    stream = io.BytesIO()
    Image.open(io.BytesIO(png)).point(lambda value: value // 2).save(stream, "PNG")
    return stream.getvalue()


def write_shards(pictures: list[tuple[str, str]]) -> None:
    """Write a test split of (label, colour), and a table in which Green is the most frequent training label."""
    examples = [
        Example(f"{index}-1", LABELS.index(label), picture(colour, 250 - 10 * index))
        for index, (label, colour) in enumerate(pictures)
    ]
    write_split(paths.shards, "test", examples, pictures_per_shard=3)
    # The index needs training and validation pictures: one of each label.
    others = [Example(f"10{index}-1", index, picture(label, 255)) for index, label in enumerate(LABELS)]
    for split in ("train", "validation"):
        write_split(paths.shards, split, others, pictures_per_shard=3)
    counts = {"train": 3, "validation": 3, "test": len(examples)}
    write_summary(paths.shards, ShardSummary(LABELS, SIZE, FILL, counts))
    # The views are darker.
    views = [replace(one, image_png=darker(one.image_png)) for one in examples]
    write_split(paths.view_shards, "test", views, pictures_per_shard=3)
    write_summary(paths.view_shards, ShardSummary(LABELS, SIZE, FILL, {"test": len(views)}))
    paths.other_themes.write_text("set_id,theme,family,split\n")
    rows = [f"{index}-1,{label},{index},test" for index, (label, _) in enumerate(pictures)]
    rows += ["100-1,Green,100,train", "101-1,Green,101,train", "102-1,Red,102,train"]
    write_bytes("\n".join(["set_id,label,family,split", *rows, ""]).encode(), paths.dataset)


def write_photos(labels: list[str]) -> None:
    """Write held-out photos, each in its label's colour except the last, which is blue."""
    colours = [*labels[:-1], "Blue"] if labels else []
    examples = [
        Example(f"photos/{label.lower()}/{index}.png", LABELS.index(label), picture(colour, 240 - 10 * index))
        for index, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]
    write_split(paths.photo_shards, "train", [], pictures_per_shard=3)
    write_split(paths.photo_shards, "test", examples, pictures_per_shard=3)
    write_summary(paths.photo_shards, ShardSummary(LABELS, SIZE, FILL, {"train": 0, "test": len(examples)}))
    rows = [f"{example.set_id},{example.set_id}" for example in examples]
    write_bytes("\n".join(["photo,family", *rows, ""]).encode(), paths.photos_table)


def brightest_channel() -> Classifier:
    """Return a classifier that predicts the label of the brightest colour channel."""
    inputs = keras.Input((SIZE, SIZE, 3), name="pixels")
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    head = keras.layers.Dense(len(LABELS), activation="softmax", name="probabilities")
    model = keras.Model(inputs, head(means))
    head.set_weights([5 * np.eye(3, dtype="float32")[:, CHANNELS], np.zeros(3, "float32")])
    return Classifier(model, Description(LABELS, SIZE, FILL, "brightest", temperature=1.0))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """A served model and seven test pictures, two in the colour of another label; not to be changed."""
    folder = tmp_path_factory.mktemp("inputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_shards(list(zip(ACTUAL, COLOURS, strict=True)))
        write_photos([])
        export_classifier(brightest_channel(), "0" * 64, paths.model, views=1)
        write_index(paths.model, paths.shards, paths.photo_shards, paths.index, made_from="test")
        choose_thresholds(paths.index, NOTHING_HELD_OUT, promises(accepted_risk=0.9))
        shutil.copy(PROJECT / paths.params, paths.params)
    return folder


@pytest.fixture(scope="module")
def finished(inputs, tmp_path_factory) -> Path:
    """The same after the stage ran; not to be changed."""
    folder = shutil.copytree(inputs, tmp_path_factory.mktemp("finished"), dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        main()
    return folder


@pytest.fixture
def copied(inputs, folder) -> Path:
    """A copy of the inputs, which is the current folder, for one test to change."""
    return shutil.copytree(inputs, folder, dirs_exist_ok=True)


def scores_in(folder: Path) -> dict[str, float]:
    return json.loads((folder / paths.evaluate_metrics).read_text())


def test_the_metrics_have_the_headline_scores(finished):
    scores = scores_in(finished)
    assert scores["pictures"] == 7
    assert scores["accuracy"] == pytest.approx(5 / 7, abs=1e-6)
    assert scores["baseline_accuracy"] == pytest.approx(3 / 7, abs=1e-6)
    assert scores["accuracy_low"] < scores["accuracy"] < scores["accuracy_high"]


def test_the_metrics_have_the_calibration_error(finished):
    scores = scores_in(finished)
    assert 0 <= scores["answered"] <= 1 and 0 <= scores["calibration_error"] <= 1
    assert scores["calibration_error"] == scores["calibration_error_before"]  # the temperature is 1


def test_held_out_photos_have_scores_of_their_own(copied, finished):
    assert json.loads((finished / paths.photo_metrics).read_text()) == {"photos": 0}
    write_photos(["Red", "Green", "Green"])
    main()
    scores = json.loads(paths.photo_metrics.read_text())
    assert scores["photos"] == 3 and scores["themes"] == {"Green": 0.5, "Red": 1.0}
    assert [problems_of_file(path, path.as_posix()) for path in OUTPUTS] == [[]] * len(OUTPUTS)
    assert scores_in(copied) == scores_in(finished)


def test_held_out_photos_of_other_themes_are_counted(copied):
    write_photos(["Red", "Green", "Green"])
    others = [Example(f"photos/none/{index}.png", 0, picture("Red", 255 - index)) for index in range(2)]
    write_split(paths.photo_shards, "other_test", others, pictures_per_shard=3)
    summary = read_summary(paths.photo_shards)
    counts = summary.pictures | {"other_test": 2}
    write_summary(paths.photo_shards, replace(summary, pictures=counts, other_themes=["None of these themes"]))
    with paths.photos_table.open("a") as table:
        table.writelines(f"{one.set_id},{one.set_id}\n" for one in others)
    main()
    scores = json.loads(paths.photo_metrics.read_text())
    assert scores["photos"] == 3 and scores["other_photos"] == 2 and 0 <= scores["other_photos_answered"] <= 1
    assert problems_of_file(paths.photo_metrics, paths.photo_metrics.as_posix()) == []


def test_pictures_of_other_themes_that_get_a_label_are_counted(copied, finished):
    assert scores_in(finished)["other_themes"] == 0 and "other_themes_answered" not in scores_in(finished)
    others = [Example(f"20{index}-1", 0, picture("Red", 255 - index)) for index in range(4)]
    for folder in (paths.shards, paths.view_shards):
        write_split(folder, "other_test", others, pictures_per_shard=3)
        summary = read_summary(folder)
        write_summary(folder, replace(summary, pictures=summary.pictures | {"other_test": 4}, other_themes=["City"]))
    paths.other_themes.write_text("set_id,theme,family,split\n" + "".join(f"20{n}-1,City,{n},test\n" for n in range(4)))
    for boundary, answered in ((0.0, 1.0), (0.8, 0.0)):
        # The three labels and three other themes are equally likely.
        Boundary(np.zeros((6, 4), np.float32), label_count=3).write(paths.index)
        write_index_summary(replace(read_index_summary(paths.index), boundary=boundary, threshold=0.0), paths.index)
        main()
        scores = scores_in(copied)
        assert (scores["other_themes"], scores["other_themes_answered"]) == (4, answered)
        assert scores["other_themes_views_answered"] == answered and scores["other_themes_answered_high"] > 0
    kinds = read_csv(paths.test_decisions)["kind"].value_counts().to_dict()
    assert kinds == {"picture": 7, "view": 7, "other theme": 4, "view of other theme": 4}


def test_views_of_the_test_pictures_have_scores_of_their_own(finished):
    scores, decisions = scores_in(finished), read_csv(finished / paths.test_decisions)
    views = decisions[decisions["kind"] == "view"]
    assert scores["views_answered"] == round((views["sure"] == "yes").mean(), 6)
    sure = views[views["sure"] == "yes"]
    assert len(sure) and scores["views_answered_accuracy"] == round((sure["correct"] == "yes").mean(), 6)


def test_a_lower_confidence_level_narrows_the_interval(copied, finished, write_params: Callable[..., Path]):
    write_params({"evaluate.confidence_level": 0.5})
    main()
    before, after = scores_in(finished), scores_in(copied)
    assert before["accuracy_low"] < after["accuracy_low"]
    assert (before["confidence_level"], after["confidence_level"]) == (0.95, 0.5)


def test_each_theme_has_scores(finished):
    themes = json.loads((finished / paths.theme_metrics).read_text())
    assert [(row["theme"], row["recall"], row["support"]) for row in themes] == [
        ("Green", pytest.approx(2 / 3, abs=1e-6), 3),
        ("Blue", 0.5, 2),
        ("Red", 1, 2),
    ]


def test_the_predictions_are_in_the_order_of_the_shards(finished):
    found = read_predictions(finished / paths.test_predictions)
    assert found.ids == [f"{index}-1" for index in range(7)] and found.labels == LABELS
    assert [LABELS[index] for index in found.actual] == ACTUAL
    assert [LABELS[index] for index in found.predicted] == COLOURS
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_the_metrics_are_those_of_the_predictions(finished):
    found, scores = read_predictions(finished / paths.test_predictions), scores_in(finished)
    sure = read_csv(finished / paths.test_predictions)["sure"]
    assert scores["accuracy"] == round(found.correct.mean(), 6)
    assert set(sure) <= {"yes", "no"} and scores["answered"] == round((sure == "yes").mean(), 6)
    assert scores["log_loss"] == pytest.approx(log_loss(found.actual, found.probabilities), abs=1e-6)


def test_the_headline_plot_has_the_intervals(finished):
    headline = read_csv(finished / paths.headline).set_index("measure")
    assert headline.loc["Accuracy", "value"] == "0.714286"
    assert float(headline.loc["Macro-F1", "low"]) < float(headline.loc["Macro-F1", "high"])
    assert headline.loc["Balanced accuracy"].tolist()[1:] == ["", ""]


def test_the_same_inputs_give_the_same_bytes(copied, finished):
    main()
    assert all(path.read_bytes() == (finished / path).read_bytes() for path in OUTPUTS)


@pytest.mark.parametrize(
    ("labels", "size", "message"),
    [(["Blue", "Green", "Znap"], SIZE, "Blue, Green, Red.*Blue, Green, Znap"), (LABELS, 48, "32 px.*48 px")],
)
def test_shards_with_other_labels_or_another_size_are_refused(copied, labels, size, message):
    write_summary(paths.shards, ShardSummary(labels, size, FILL, {"test": 7}))
    with pytest.raises(SystemExit, match=message):
        main()


def test_the_index_of_another_model_is_refused(copied):
    export_classifier(brightest_channel(), "1" * 64, paths.model, views=1)
    with pytest.raises(SystemExit, match="this index belongs to another model"):
        main()


def test_an_empty_test_split_is_refused(copied):
    write_shards([])
    with pytest.raises(SystemExit, match="holds no pictures"):
        main()


def test_a_picture_that_the_table_lacks_is_named(copied):
    paths.dataset.write_text("set_id,label,family,split\n0-1,Red,0,test\n100-1,Red,100,train\n")
    with pytest.raises(SystemExit, match="6 of 7 test pictures .* 1-1"):
        main()
