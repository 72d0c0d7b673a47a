import hashlib
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stages import model_card
from tests.conftest import PROJECT
from themer.base.files import write_bytes, write_json

TEMPLATE = PROJECT / "themer" / "model_card.md.jinja"
JSON = {
    "dataset": {"pictures": 1111, "dropped": 83, "families": 907, "train": 713, "validation": 167, "test": 231},
    "evaluate": {
        "pictures": 231,
        "accuracy": 0.951,
        "accuracy_low": 0.902,
        "accuracy_high": 0.973,
        "macro_f1": 0.944,
        "baseline_accuracy": 0.412,
        "answered": 0.893,
        "answered_accuracy": 0.986,
        "calibration_error": 0.021,
        "calibration_error_before": 0.057,
    },
    "join": {"sets": 1234, "labelled": 1194},
    "original": dict.fromkeys(["accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "parameters"]),
    "photos": {"photos": 0},
    "slices": {"worst_slice": "decade: 1980s", "worst_slice_accuracy": 0.734, "worst_slice_pictures": 15},
    "source": {"source": "sample", "snapshot": "2026-11-22", "limit": None},
    "themes": [
        {"theme": "City", "support": 131, "precision": 0.961, "recall": 0.938, "f1": 0.949, "roc_auc": 0.991},
        {"theme": 'The "old" ones', "support": 99, "precision": 0.925, "recall": 0.917, "f1": 0.921, "roc_auc": 0.983},
    ],
    "train": {"parameters": 3413024, "trainable_parameters": 812345, "temperature": 1.237, "threshold": 0.618},
}
CLASSES = (
    "label,split,pictures\nCity,train,401\nCity,validation,91\nCity,test,131\n"
    'The ""old"" ones,train,312\nThe ""old"" ones,validation,76\nThe ""old"" ones,test,99\n'
).replace('The ""old"" ones', '"The ""old"" ones"')
SPLITS_HEAD = (
    "split,pictures,left_out,near_duplicates,accuracy,accuracy_low,accuracy_high,macro_f1,macro_f1_low,macro_f1_high\n"
)
SPLITS = SPLITS_HEAD + "at random,1093,0,204,0.967,0.955,0.976,0.958,0.945,0.969\n"
PHOTO_TABLE = "photo,label,family,split\na.jpg,City,1,train\nb.jpg,City,2,test\n"
TRAINED_ORIGINAL = {
    "accuracy": 0.847,
    "accuracy_low": 0.792,
    "accuracy_high": 0.889,
    "macro_f1": 0.82,
    "log_loss": 0.5,
    "parameters": 419_000,
}
SCORED_PHOTOS = {"photos": 26, "accuracy": 0.769, "accuracy_low": 0.578, "accuracy_high": 0.889, "answered": 0.6}


@pytest.fixture
def write_card(tmp_path: Path, write_params: Callable[..., Path]) -> Callable[..., str]:
    """Return a function that writes the card from changed files and params, and returns it."""

    def write_card(
        params: dict[str, object] | None = None,
        splits: str = SPLITS,
        photo_table: str = PHOTO_TABLE,
        classes: str = CLASSES,
        model: bytes = b"a model",
        **changed: object,
    ) -> str:
        tables = {"model": model, "photo-table": photo_table.encode(), "classes": classes.encode()}
        for name, content in {**tables, "splits": splits.encode()}.items():
            write_bytes(content, tmp_path / name)
        for name, content in (JSON | changed).items():
            write_json(content, tmp_path / name)
        given = [f"--{name}={tmp_path / name}" for name in (*tables, "splits", *JSON)]
        path = write_params(params or {})
        model_card.main([*given, f"--params={path}", f"--template={TEMPLATE}", f"--out={tmp_path / 'card.md'}"])
        return (tmp_path / "card.md").read_text(encoding="utf-8")

    return write_card


def numbers(value: object) -> list[tuple]:
    """Return the places of all numbers in a value that JSON holds, as keys and indices."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [(key, *rest) for key, inner in items for rest in numbers(inner)]
    return [()] if isinstance(value, int | float) and not isinstance(value, bool) else []


def with_number(value: object, place: tuple, number: float) -> object:
    """Return a copy of the value with another number in a place."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = number
    return copy


# Their own figures are in the metrics; the card tells the accuracy alone.
NOT_TOLD = {("photos", "answered"), ("original", "macro_f1"), ("original", "log_loss"), ("original", "parameters")}


def test_every_figure_of_the_files_is_in_the_card(write_card):
    files = JSON | {"photos": SCORED_PHOTOS, "original": TRAINED_ORIGINAL}
    files["source"] = JSON["source"] | {"limit": 1500}
    before = write_card(**files)
    for name, content in files.items():
        for place in numbers(content):
            if (name, *place) in NOT_TOLD:
                continue
            new = 4567 if isinstance(number_at(content, place), int) else 0.4567
            after = write_card(**files | {name: with_number(content, place, new)})
            added = set(re.findall(r"[\d.,]+", after)) - set(re.findall(r"[\d.,]+", before))
            assert {one.strip(".,") for one in added} & {"4,567", "4567", "45.7", "0.457"}, (name, place)


def number_at(value: object, place: tuple) -> float:
    """Return the number in a place."""
    for key in place:
        value = value[key]
    return value


def test_every_figure_of_the_tables_is_in_the_card(write_card):
    before = write_card()
    for table, cells in (
        ("classes", ["401", "91", "131", "312", "76", "99"]),
        ("splits", ["1093", "204", "0.967", "0.955", "0.976", "0.958"]),
    ):
        content = {"classes": CLASSES, "splits": SPLITS}[table]
        for cell in cells:
            new = "0.457" if "." in cell else "4567"
            after = write_card(**{table: content.replace(f",{cell}", f",{new}")})
            assert {"45.7", "0.457", "4567"} & set(re.findall(r"[\d.]+", after)) and after != before, cell


def test_the_model_is_named_by_its_digest(write_card):
    assert hashlib.sha256(b"another").hexdigest() in write_card(model=b"another")


def test_the_params_are_told(write_card):
    card = write_card(
        {
            "train.network": "mobilenet_v2",
            "resize.size": 96,
            "evaluate.confidence_level": 0.8,
            "sources.sample.terms": "only at home",
        }
    )
    for words in ("`mobilenet_v2`", "96 × 96 pixels", "Intervals are at 80.0 %", "| terms | only at home |"):
        assert words in card


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({}, "weights learned on ImageNet"),
        ({"train.weights": "none"}, "random weights"),
        ({"train.network": "lego_cnn"}, "random weights"),
        ({"train.weights": "some.keras"}, "some.keras"),
    ],
)
def test_it_says_what_the_training_started_from(write_card, changes, start):
    assert f"| starts from | {start} |" in write_card(changes)


def test_terms_that_are_not_stated_are_told_so(write_card):
    assert "| terms | not stated; see `sources`" in write_card({"sources.sample.terms": None})


def test_a_sample_is_told_to_be_one(write_card):
    assert "| source | sample |" in write_card()
    assert "| source | sample, a sample of 1,500 sets |" in write_card(source=JSON["source"] | {"limit": 1500})


def test_photos_are_told_where_there_are_any(write_card):
    assert "unofficial photos" not in write_card()
    assert "did not learn from | 76.9 % (57.8 to 88.9) of 26 |" in write_card(photos=SCORED_PHOTOS)
    assert "| own photos | 1 learned from, 0 only scored |" in write_card()
    assert "| own photos | 0 learned from, 0 only scored |" in write_card(photo_table="photo,label,family,split\n")


def test_the_original_network_is_told_where_it_was_trained(write_card):
    assert "the idea began with" not in write_card()
    assert "on the same split | 84.7 % (79.2 to 88.9) |" in write_card(original=TRAINED_ORIGINAL)


def test_other_splits_are_told_where_they_were_compared(write_card):
    assert "| at random | 1093 | 204 | 96.7 % (95.5 to 97.6) | 0.958 |" in write_card()
    assert "A linear classifier on the features" in write_card()
    assert "The whole training was repeated" in write_card({"cross_validate.fine_tuned": True})
    without = write_card(splits=SPLITS_HEAD)
    assert "pictures asked" not in without and "A linear classifier" not in without


UNDEFINED = [{"theme": "City", "support": 0, "precision": None, "recall": None, "f1": None, "roc_auc": None}]
NO_SLICE = {"worst_slice": None, "worst_slice_accuracy": None, "worst_slice_pictures": None}
NONE_SURE = {name: value for name, value in JSON["evaluate"].items() if name != "answered_accuracy"} | {"answered": 0.0}


def test_what_is_undefined_is_a_dash(write_card):
    card = write_card(themes=UNDEFINED, slices=NO_SLICE, evaluate=NONE_SURE)
    assert "| City | 0 | – | – | – | – |" in card
    assert "| worst slice of at least ten pictures | –: – of – |" in card
    assert "| 0.0 %, of these right – |" in card


CHOICES = {
    "photos": [{"photos": 0}, SCORED_PHOTOS],
    "original": [JSON["original"], TRAINED_ORIGINAL],
    "splits": [SPLITS_HEAD, SPLITS],
    "themes": [JSON["themes"], UNDEFINED],
    "evaluate": [JSON["evaluate"], NONE_SURE],
}


@pytest.mark.parametrize("chosen", list(itertools.product([0, 1], repeat=len(CHOICES))))
def test_each_combination_makes_whole_tables(write_card, chosen):
    card = write_card(**{name: values[which] for (name, values), which in zip(CHOICES.items(), chosen, strict=True)})
    assert "None" not in card and "{" not in card and card.endswith(".\n") and not card.endswith("\n\n")
    for table in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
        assert re.fullmatch(r"[|:-]+", table.splitlines()[1])


def test_the_same_files_make_the_same_card(write_card):
    assert write_card() == write_card()


def test_wrong_params_are_explained(write_card):
    with pytest.raises(SystemExit, match="original.epochs: Input should be greater than or equal to 0"):
        write_card({"original.epochs": -1})
