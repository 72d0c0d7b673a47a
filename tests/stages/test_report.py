import hashlib
import html
import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas
import pytest
import yaml
from markdown_it import MarkdownIt
from PIL import Image

from stages import paths, report
from tests.conftest import PROJECT, change
from tests.data_formats import problems_of_file
from themer.base.files import write_bytes, write_json
from themer.base.params import Params
from themer.base.params_file import parse_params
from themer.base.tables import read_csv, write_csv
from themer.pictures.files import picture_path
from themer.pictures.images import encode_png
from themer.reports.model_card import model_card
from themer.reports.result_picture import draw_result
from themer.scoring.prediction_table import Predictions, write_predictions
from themer.scoring.scores import held_out_scores

LABELS = ["Blue", "Green", "Red"]
SMALL = {"resize.size": 32}
TABLES = [paths.confusion, paths.roc, paths.precision_recall, paths.reliability, paths.risk_coverage, paths.top_k]
JSON_FILES = [paths.slice_metrics, paths.cross_validation_metrics]
SHEETS = [paths.result, paths.mistakes, paths.label_issues_sheet]
OUTPUTS = [*TABLES, paths.slices, paths.splits, *JSON_FILES, *SHEETS, paths.vega, paths.model_card]
# Actual label, predicted label, its probability.
ROWS = [
    *[("Red", "Red", 0.5 + 0.03 * number) for number in range(12)],
    ("Red", "Green", 0.9),
    ("Green", "Green", 0.8),
    ("Green", "Red", 0.7),
    ("Blue", "Blue", 0.6),
]


def rate(name: str, value: float) -> dict[str, float]:
    """Return a share with its interval."""
    return {name: value, f"{name}_low": round(value - 0.017, 3), f"{name}_high": round(value + 0.009, 3)}


JSON = {
    "dataset": {"pictures": 1111, "dropped": 83, "families": 907, "train": 713, "validation": 167, "test": 231},
    "evaluate": {
        "pictures": 231,
        "accuracy": 0.951,
        "accuracy_low": 0.902,
        "accuracy_high": 0.973,
        "macro_f1": 0.944,
        "baseline_accuracy": 0.412,
        **rate("answered", 0.893),
        **rate("answered_accuracy", 0.986),
        **rate("views_answered", 0.612),
        **rate("views_answered_accuracy", 0.947),
        "calibration_error": 0.021,
        "calibration_error_before": 0.057,
        "other_themes": 87,
        **rate("other_themes_answered", 0.034),
        **rate("other_themes_views_answered", 0.023),
    },
    "export": {
        "bytes": 13473985,
        "threshold": 0.618,
        "risk_bound": 0.046,
        "risk_holds": True,
        "boundary": 0.722,
        "other_themes_bound": 0.041,
        "other_themes_holds": True,
    },
    "join": {"sets": 1234, "labelled": 1194},
    "photos": {"photos": 0},
    "slices": {"worst_slice": "decade: 1980s", "worst_slice_accuracy": 0.734, "worst_slice_pictures": 15},
    "source": {"source": "sample", "snapshot": "2026-11-22", "limit": None},
    "themes": [
        {"theme": "City", "support": 131, "precision": 0.961, "recall": 0.938, "f1": 0.949, "roc_auc": 0.991},
        {"theme": 'The "old" ones', "support": 99, "precision": 0.925, "recall": 0.917, "f1": 0.921, "roc_auc": 0.983},
    ],
    "train": {"parameters": 3413024, "trainable_parameters": 812345, "temperature": 1.237},
}
LABEL_COUNTS = (
    "label,split,pictures\nCity,train,401\nCity,validation,91\nCity,test,131\n"
    "NAME,train,312\nNAME,validation,76\nNAME,test,99\n"
).replace("NAME", '"The ""old"" ones"')
SPLITS_HEAD = (
    "split,pictures,left_out,near_duplicates,accuracy,accuracy_low,accuracy_high,macro_f1,macro_f1_low,macro_f1_high\n"
)
SPLITS = SPLITS_HEAD + "at random,1093,0,204,0.967,0.955,0.976,0.958,0.945,0.969\n"
PHOTOS = "photo,label,family,split\na.jpg,City,1,train\nb.jpg,City,2,test\n"
OTHER_PHOTOS = [("a.png", "train"), ("b.png", "test"), ("c.png", "test")]
SCORED_PHOTOS = {
    "photos": 26,
    **rate("accuracy", 0.769),
    **rate("answered", 0.6),
    **rate("answered_accuracy", 0.875),
}


def picture(position: int) -> Image.Image:
    """Return a picture in a colour of its own, the third one wide, the last one of noise."""
    if position == len(ROWS) - 1:
        blocks = Image.fromarray(np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8))
        return blocks.resize((200, 200), Image.Resampling.NEAREST)
    return Image.new("RGB", (400 if position == 2 else 200, 200), colour(position))


def colour(position: int) -> tuple[int, int, int]:
    return (10 * position, 255 - 10 * position, 128)


def predictions(rows: list[tuple[str, str, float]]) -> Predictions:
    """Return the predictions of rows, for sets 0-1, 1-1 and so on."""
    probabilities = np.array([[(1 - share) / 2] * 3 for _, _, share in rows], np.float32).reshape(-1, 3)
    for position, (_, predicted, share) in enumerate(rows):
        probabilities[position, LABELS.index(predicted)] = share
    actual = np.array([LABELS.index(label) for label, _, _ in rows], np.int64)
    return Predictions([f"{number}-1" for number in range(len(rows))], actual, probabilities, LABELS)


def write_inputs() -> None:
    """Write the predictions of sixteen test pictures, the tables of their sets and others, and the metrics."""
    for position in range(len(ROWS)):
        write_bytes(encode_png(picture(position)), picture_path(paths.thumbnails, f"{position}-1"))
    write_sets()
    found = predictions(ROWS)
    write_predictions(found, "sure", ["yes"] * len(ROWS), paths.test_predictions)
    write_predictions(found, "fold", [position % 2 for position in range(len(ROWS))], paths.out_of_fold)
    write_decisions(found)
    rows = pandas.DataFrame({"split": "at random", "set_id": found.ids})
    rows = rows.assign(fold=rows.index % 2, predicted=[predicted for _, predicted, _ in ROWS])
    write_csv(rows, paths.other_splits)
    issue = {"set_id": "12-1", "name": "Car", "label": "Red", "suggested": "Green", "label_probability": 0.05}
    write_csv(pandas.DataFrame([issue | {"suggested_probability": 0.9, "margin": 0.85}]), paths.label_issues)
    write_card_inputs()


def write_decisions(found: Predictions) -> None:
    """Write how likely each test picture shows a label; pictures of other themes are less likely to."""
    known = pandas.DataFrame({"set_id": found.ids, "kind": "picture", "known": 0.5 + np.arange(len(found.ids)) / 100})
    others = known.assign(kind="other theme", known=known["known"] - 0.5)
    write_csv(pandas.concat([known, others, others.assign(kind="view")]), paths.test_decisions)


def write_sets() -> None:
    """Write the tables of the sets, in another order than the predictions, with one set more."""
    ids = [f"{number}-1" for number in (*reversed(range(len(ROWS))), 99)]
    sets = pandas.DataFrame({"set_id": ids, "family": ids})
    sets["label"] = [ROWS[int(set_id[:-2])][0] if set_id != "99-1" else "Red" for set_id in ids]
    sets["year"] = ["" if set_id == "0-1" else "1999" if set_id == "1-1" else "2001" for set_id in ids]
    sets["width"], sets["height"] = [400 if set_id == "2-1" else 200 for set_id in ids], 200
    sets["name"] = ["Car" if set_id in ("3-1", "99-1") else f"Set {set_id}" for set_id in ids]
    # The pictures of 0-1 and 1-1 are near-duplicates.
    names = {"1-1": "0-1"}
    sets["perceptual_hash"] = [hashlib.sha256(names.get(set_id, set_id).encode()).hexdigest() for set_id in ids]
    write_csv(sets[["set_id", "label", "family"]], paths.dataset)
    write_csv(sets[["set_id", "name", "year"]], paths.labelled)
    failed = pandas.DataFrame({"set_id": ["100-1"], "width": "", "height": "", "perceptual_hash": ""})
    columns = ["set_id", "width", "height", "perceptual_hash"]
    write_csv(pandas.concat([sets[columns].astype(str), failed]), paths.thumbnails_table)


def write_card_inputs(
    splits: str = SPLITS,
    photo_table: str = PHOTOS,
    label_counts: str = LABEL_COUNTS,
    model: bytes = b"a model",
    **changed: object,
) -> None:
    """Write the files that the model card quotes, some of them changed."""
    tables = {paths.splits: splits, paths.photos_table: photo_table, paths.labels_plot: label_counts}
    for path, content in tables.items():
        write_bytes(content.encode(), path)
    write_bytes(model, paths.model)
    for name, value in (JSON | changed).items():
        write_json(value, report.MEASURED[name])


@cache
def params_text() -> str:
    return json.dumps(yaml.safe_load((PROJECT / paths.params).read_text()))


def changed_params(changes: dict[str, object]) -> dict:
    """Return the values of the project's params with changes."""
    values = json.loads(params_text())
    change(values, changes)
    return values


@cache
def default_params() -> Params:
    return parse_params(changed_params({}))


def run(changes: dict[str, object] | None = None) -> None:
    """Run the stage in the current folder with small pictures and other changed params."""
    paths.params.write_text(yaml.safe_dump(changed_params(SMALL | (changes or {}))))
    report.main()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """The inputs of the stage; not to be changed."""
    folder = tmp_path_factory.mktemp("inputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_inputs()
    return folder


def finish(inputs: Path, folder: Path, changes: dict[str, object]) -> Path:
    """Run the stage in a copy of the inputs, and return the folder."""
    shutil.copytree(inputs, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(changes)
    return folder


@pytest.fixture(scope="module")
def finished(inputs, tmp_path_factory) -> Path:
    """The inputs and outputs with the project's own params; not to be changed."""
    return finish(inputs, tmp_path_factory.mktemp("finished"), {})


@pytest.fixture(scope="module")
def changed(inputs, tmp_path_factory) -> Path:
    """The same with more pictures of mistakes and a lower confidence level; not to be changed."""
    changes = {"evaluate.mistakes": 20, "evaluate.confidence_level": 0.5}
    return finish(inputs, tmp_path_factory.mktemp("changed"), changes)


@pytest.fixture
def copied(inputs, folder) -> Path:
    """A copy of the inputs, which is the current folder, for one test to change."""
    return shutil.copytree(inputs, folder, dirs_exist_ok=True)


def colours(sheet: Path) -> set[tuple[int, int, int]]:
    return {colour for _, colour in Image.open(sheet).getcolors(1 << 20)}


def shown(sheet: Path) -> set[int]:
    """Return the positions of the pictures on a sheet, without the one of noise."""
    found = colours(sheet)
    return {position for position in range(len(ROWS) - 1) if colour(position) in found}


@pytest.mark.parametrize("path", OUTPUTS, ids=str)
def test_the_outputs_match_the_schema(finished, path):
    assert problems_of_file(finished / path, path.as_posix()) == []


def test_a_new_process_gives_the_same_bytes_and_imports_no_tensorflow(copied, finished):
    shutil.copy(finished / paths.params, paths.params)
    code = "import sys; from stages import report; report.main(); print('tensorflow' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={"PYTHONPATH": str(PROJECT)}, check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
    assert [path for path in OUTPUTS if path.read_bytes() != (finished / path).read_bytes()] == []


def test_the_curves_are_those_of_the_predictions(finished):
    confusion = read_csv(finished / paths.confusion).to_numpy().tolist()
    assert ["Red", "Red", "12"] in confusion and ["Red", "Green", "1"] in confusion
    for path in (paths.roc, paths.precision_recall):
        assert set(read_csv(finished / path)["theme"]) == set(LABELS)
    assert read_csv(finished / paths.top_k)["accuracy"].tolist()[0] == "0.875"
    assert read_csv(finished / paths.reliability)["pictures"].astype(int).sum() == len(ROWS)
    curves = dict(list(read_csv(finished / paths.risk_coverage).groupby("curve", sort=False)))
    assert [curve.iloc[-1, :2].tolist() for curve in curves.values()] == [["1.0", "0.125"], ["1.0", "1.0"]]


def test_each_picture_is_in_the_slices_of_its_own_set(finished):
    table = read_csv(finished / paths.slices).set_index(["attribute", "slice"])
    assert {name: int(count) for name, count in table["pictures"].items()} == {
        ("decade", "1990s"): 1,
        ("decade", "2000s"): 14,
        ("decade", "unknown"): 1,
        ("shape", "about square"): 15,
        ("shape", "wide (above 4:3)"): 1,
        ("size", "300 to 499 px"): 1,
        ("size", "below 300 px"): 15,
        ("background", "busy"): 1,
        ("background", "plain"): 15,
        ("name and year", "in one family"): 15,
        ("name and year", "in several families"): 1,
    }


def test_the_worst_slice_is_a_large_one(finished):
    assert json.loads((finished / paths.slice_metrics).read_text()) == {
        "worst_slice": "decade: 2000s",
        "worst_slice_accuracy": round(12 / 14, 6),
        "worst_slice_pictures": 14,
    }


def test_the_sheet_shows_mistakes_and_the_least_confident_correct_predictions(finished, changed):
    assert shown(finished / paths.mistakes) == {0, 1, 2, 3, 12, 13, 14}
    assert shown(changed / paths.mistakes) == set(range(15))


def test_the_sheet_of_label_issues_shows_their_pictures(finished):
    assert shown(finished / paths.label_issues_sheet) == {12}


def test_a_lower_confidence_level_narrows_all_intervals(finished, changed):
    for path, name in ((paths.slices, "low"), (paths.splits, "accuracy_low"), (paths.splits, "macro_f1_low")):
        wide, narrow = (read_csv(folder / path)[name].astype(float) for folder in (finished, changed))
        assert (wide < narrow).all()
    wide, narrow = (json.loads((one / paths.cross_validation_metrics).read_text()) for one in (finished, changed))
    assert wide["accuracy_low"] < narrow["accuracy_low"] and wide["accuracy"] == narrow["accuracy"]


def test_the_scores_of_cross_validation_are_those_of_the_held_out_predictions(finished):
    scores = json.loads((finished / paths.cross_validation_metrics).read_text())
    families = [f"{number}-1" for number in range(len(ROWS))]
    expected = held_out_scores(predictions(ROWS), families, default_params().evaluate.confidence_level)
    assert scores == {"folds": 5} | {name: round(value, 6) for name, value in expected.items()}
    assert scores["accuracy"] == 0.875 and scores["pictures"] == 16


def test_the_splits_are_scored_with_their_near_duplicates(finished):
    [row] = read_csv(finished / paths.splits).to_dict("records")
    assert [row[name] for name in ("split", "pictures", "left_out", "near_duplicates")] == ["at random", "16", "0", "2"]
    assert (row["accuracy"], read_csv(finished / paths.splits).shape) == ("0.875", (1, 10))
    for name in ("accuracy", "macro_f1"):
        assert float(row[f"{name}_low"]) <= float(row[name]) <= float(row[f"{name}_high"])


def test_without_cross_validation_its_scores_are_empty(copied, finished):
    write_predictions(predictions([]), "fold", [], paths.out_of_fold)
    for path in (paths.other_splits, paths.label_issues):
        write_csv(read_csv(path).head(0), path)
    run()
    scores = json.loads((finished / paths.cross_validation_metrics).read_text())
    assert json.loads(paths.cross_validation_metrics.read_text()) == dict.fromkeys(scores) | {"folds": 0}
    assert read_csv(paths.splits).empty and list(read_csv(paths.splits)) == list(read_csv(finished / paths.splits))
    assert shown(paths.label_issues_sheet) == set()
    assert "Accuracy under other ways to split" not in paths.model_card.read_text()
    assert [problems_of_file(path, path.as_posix()) for path in OUTPUTS] == [[]] * len(OUTPUTS)


def test_the_title_of_the_result_is_the_accuracy_with_its_interval(copied):
    found = predictions([("Red", "Red", 0.9), ("Red", "Green", 0.8)])
    report.write_result(found, report.read_sets(), 0.95)
    assert paths.result.read_bytes() == draw_result(found, "Accuracy 50.0% (5.5% to 94.5%) on 2 test pictures")


def test_the_library_for_plots_defines_vega_embed(finished):
    assert "window.vegaEmbed=" in (finished / paths.vega).read_text()


def test_a_table_of_something_else_is_refused(copied):
    write_bytes(b"set_id,label\n", paths.out_of_fold)
    with pytest.raises(SystemExit, match="out_of_fold.csv: not a table of predictions"):
        run()


def test_wrong_params_are_explained(copied):
    with pytest.raises(SystemExit, match="evaluate.mistakes: Input should be greater than or equal to 1"):
        run({"evaluate.mistakes": 0})


@pytest.fixture
def write_card(folder) -> Callable[..., str]:
    """Return a function that makes the model card from changed params and files."""

    def write_card(changes: dict[str, object] | None = None, **changed: object) -> str:
        write_card_inputs(**changed)
        params = parse_params(changed_params(changes)) if changes else default_params()
        return model_card(report.card_facts(params))

    return write_card


def places_of_numbers(value: object) -> list[tuple]:
    """Return the places of all numbers in a JSON value, each as keys and indices."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [(key, *rest) for key, inner in items for rest in places_of_numbers(inner)]
    return [()] if isinstance(value, int | float) and not isinstance(value, bool) else []


def number_at(value: object, place: tuple) -> float:
    """Return the number in a place."""
    for key in place:
        value = value[key]
    return value


def with_number(value: object, place: tuple, number: float) -> object:
    """Return a copy of a JSON value with another number in a place."""
    copy = json.loads(json.dumps(value))
    number_holder = number_at(copy, place[:-1])
    number_holder[place[-1]] = number
    return copy


# The card quotes neither of these.
NOT_QUOTED = {("export", "bytes")}


def test_every_number_in_the_files_is_in_the_card(write_card):
    files = JSON | {"photos": SCORED_PHOTOS, "source": JSON["source"] | {"limit": 1500}}
    before = write_card(**files)
    for name, content in files.items():
        for place in places_of_numbers(content):
            if (name, *place) in NOT_QUOTED:
                continue
            new = 4567 if isinstance(number_at(content, place), int) else 0.4567
            after = write_card(**files | {name: with_number(content, place, new)})
            added = set(re.findall(r"[\d.,]+", after)) - set(re.findall(r"[\d.,]+", before))
            assert {one.strip(".,") for one in added} & {"4,567", "4567", "45.7", "0.457"}, (name, place)


def test_every_number_in_the_tables_is_in_the_card(write_card):
    before = write_card()
    for table, content, cells in (
        ("label_counts", LABEL_COUNTS, ["401", "91", "131", "312", "76", "99"]),
        ("splits", SPLITS, ["1093", "204", "0.967", "0.955", "0.976", "0.958"]),
    ):
        for cell in cells:
            new = "0.457" if "." in cell else "4567"
            after = write_card(**{table: content.replace(f",{cell}", f",{new}")})
            assert {"45.7", "0.457", "4567"} & set(re.findall(r"[\d.]+", after)) and after != before, cell


def test_the_card_has_the_digest_of_the_model(write_card):
    assert hashlib.sha256(b"another").hexdigest() in write_card(model=b"another")


def test_the_card_quotes_the_params(write_card):
    card = write_card(
        {
            "train.network": "mobilenet_v2",
            "resize.size": 96,
            "evaluate.confidence_level": 0.8,
            "sources.sample.terms": "only at home",
        }
    )
    level = "Intervals have a confidence level of 80.0 %"
    for words in ("`mobilenet_v2`", "96 × 96 pixels", level, "| terms | only at home |"):
        assert words in card


@pytest.mark.parametrize(
    ("changes", "weights"),
    [
        ({}, "pretrained on ImageNet"),
        ({"train.weights": "none"}, "random"),
        ({"train.network": "lego_cnn"}, "random"),
        ({"train.weights": "some.keras"}, "some.keras"),
    ],
)
def test_the_card_names_the_starting_weights(write_card, changes, weights):
    assert f"| starting weights | {weights} |" in write_card(changes)


def test_the_card_says_when_the_model_abstains(write_card):
    assert "below a confidence of 61.8 %, or when the picture is too far" in write_card()


@pytest.mark.parametrize("boundary", [0.722, 0.5, 0.43])
def test_the_card_tells_another_theme_from_one_that_may_be_another(write_card, boundary):
    """As the predictor does: `themer.answering.predictor`."""
    card = write_card(export=JSON["export"] | {"boundary": boundary})
    [names_none] = re.findall(r"^\| names no theme .*$", card, re.MULTILINE)
    assert f"when its themes together have a probability below {100 * min(boundary, 0.5):.1f} % |" in names_none
    [abstains] = re.findall(r"^\| abstains .*$", card, re.MULTILINE)
    if boundary > 0.5:
        assert "from every training picture, or when its themes together have a probability from 50.0 % to" in abstains
        assert abstains.endswith("to below 72.2 %: it may show a theme that this model does not predict |")
    else:
        assert abstains.endswith("from every training picture |")


def test_the_card_says_what_is_promised_and_what_can_t_be(write_card):
    assert "| promise for the risk | at most 4.6 % of its sure predictions on new pictures are wrong," in write_card()
    card = write_card(export=JSON["export"] | {"other_themes_holds": False})
    assert "| promise for other themes | not supported by the data: up to 4.1 % of the pictures of other" in card
    assert "that get one of these themes | 3.4 % (1.7 to 4.3) of 87 |" in write_card()
    assert "that get one of these themes" not in write_card(evaluate=JSON["evaluate"] | {"other_themes": 0})


ODD = "=1+1 | <b>*Bulk* `x` [a](http://b) _c_ &lt; \\|"


def test_every_name_in_the_card_is_read_as_text(write_card):
    markdown = MarkdownIt("commonmark").enable("table")
    counts = f'label,split,pictures\n"{ODD}",train,401\n"{ODD}",validation,91\n"{ODD}",test,131\n'
    themes = [{**JSON["themes"][0], "theme": ODD}]
    changes = {"sources.sample.terms": f"{ODD}\n", "train.weights": f"{ODD}.keras"}
    source = JSON["source"] | {"source": ODD}
    card = write_card(changes, label_counts=counts, themes=themes, source=source)
    cells = [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", markdown.render(card))]
    assert [cells.count(name) for name in (ODD, f"{ODD}.keras")] == [4, 1]


def test_the_card_says_if_no_terms_are_stated(write_card):
    assert "| terms | not stated; see `sources`" in write_card({"sources.sample.terms": None})


def test_the_card_says_if_the_sets_are_a_sample(write_card):
    assert "| source | sample |" in write_card()
    assert "| source | sample, a sample of 1,500 sets |" in write_card(source=JSON["source"] | {"limit": 1500})


def test_the_card_scores_held_out_photos_if_there_are_any(write_card):
    assert "held-out own photos" not in write_card()
    card = write_card(photos=SCORED_PHOTOS)
    assert "| held-out own photos | accuracy 76.9 % (75.2 to 77.8) on 26; coverage 60.0 %" in card
    assert "| own photos | 1 in training, 1 held out |" in card
    assert "| own photos | 0 in training, 0 held out |" in write_card(photo_table="photo,label,family,split\n")


def test_the_card_counts_and_scores_photos_of_other_themes(write_card):
    table = PHOTOS + "".join(f"{name},None of these themes,{name},{split}\n" for name, split in OTHER_PHOTOS)
    card = write_card(photo_table=table, photos={"photos": 0, "other_photos": 2} | rate("other_photos_answered", 0.5))
    assert "| own photos | 2 in training (1 of other themes), 3 held out (2 of other themes) |" in card
    assert "| held-out own photos of other themes that get one of these themes | 50.0 % (48.3 to 50.9) of 2 |" in card
    assert "photos of other themes" not in write_card(photos=SCORED_PHOTOS)


def test_the_card_compares_other_splits_if_there_are_any(write_card):
    card = write_card()
    assert "| at random | 1093 | 204 | 96.7 % (95.5 to 97.6) | 0.958 |" in card
    assert "with a linear classifier on frozen features:" in card
    assert "with the whole training repeated:" in write_card({"cross_validate.fine_tuned": True})
    without = write_card(splits=SPLITS_HEAD)
    assert "held-out pictures" not in without and "a linear classifier" not in without


UNDEFINED = [{"theme": "City", "support": 0, "precision": None, "recall": None, "f1": None, "roc_auc": None}]
NO_SLICE = {"worst_slice": None, "worst_slice_accuracy": None, "worst_slice_pictures": None}
NONE_SURE = {name: value for name, value in JSON["evaluate"].items() if name != "answered_accuracy"} | {"answered": 0.0}


def test_an_undefined_value_is_a_dash(write_card):
    card = write_card(themes=UNDEFINED, slices=NO_SLICE, evaluate=NONE_SURE)
    assert "| City | 0 | – | – | – | – |" in card
    assert "| worst slice of at least ten pictures | –: accuracy – on – |" in card
    assert "| accuracy when sure | – |" in card


CHOICES = {
    "photos": [{"photos": 0}, SCORED_PHOTOS],
    "splits": [SPLITS_HEAD, SPLITS],
    "themes": [JSON["themes"], UNDEFINED],
    "evaluate": [JSON["evaluate"], NONE_SURE],
}


@pytest.mark.parametrize("chosen", list(itertools.product([0, 1], repeat=len(CHOICES))))
def test_every_combination_makes_complete_tables(write_card, chosen):
    card = write_card(**{name: values[which] for (name, values), which in zip(CHOICES.items(), chosen, strict=True)})
    assert "None" not in card and "{" not in card and card.endswith(".\n") and not card.endswith("\n\n")
    for table in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
        assert re.fullmatch(r"[|:-]+", table.splitlines()[1])


def test_the_same_files_make_the_same_card(write_card):
    assert write_card() == write_card()
