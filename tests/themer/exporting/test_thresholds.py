import json
from pathlib import Path

import numpy as np
import pandas
import pytest

from tests.promises import NOTHING_HELD_OUT, promises
from themer.answering.index import IndexSummary, read_index_summary
from themer.base.tables import write_csv
from themer.exporting.thresholds import choose_thresholds, is_made_from, write_index_summary
from themer.training.confidence import ALWAYS_ABSTAIN

SUMMARY = IndexSummary("0" * 64, 4, 5, 0.98, 0.123456789, ALWAYS_ABSTAIN, 0.0, "0123456789abcdef")


def held_out(confidence: list[float], correct: list[str], times: int) -> pandas.DataFrame:
    """Return held-out predictions, each of them as often, each of its own family."""
    names = [f"{number}-1" for number in range(times * len(confidence))]
    columns = {"confidence": confidence * times, "correct": correct * times}
    return pandas.DataFrame({"set_id": names, "family": names, **columns}).astype(str)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The files of an index that thresholds need: a few validation predictions, and 400 pictures of other themes."""
    validation = held_out([0.9, 0.8], ["yes", "yes"], 10)
    write_csv(validation[["set_id", "confidence", "correct"]], tmp_path / "validation.csv")
    others = held_out([0.99], ["no"], 400)
    shares = np.where(np.arange(400) < 40, 0.65, 0.1)
    others["set_id"] = "other " + others["set_id"]
    table = others[["set_id", "family"]].assign(other="yes", share=shares, confidence=0.99)
    write_csv(table, tmp_path / "shares.csv")
    write_index_summary(SUMMARY, tmp_path)
    return tmp_path


def test_the_thresholds_are_the_lowest_that_keep_the_promises(index):
    found = choose_thresholds(
        index, held_out([0.95, 0.65], ["yes", "no"], 300).assign(set_id="not in the index"), promises()
    )
    assert found.risk.holds and found.other_themes.holds
    summary = read_index_summary(index)
    assert (summary.threshold, summary.boundary) == (0.7, 0.7)


def test_pictures_beyond_the_boundary_do_not_count_as_errors(index):
    """The wrong ones look like other themes, so they get no label."""
    predictions = held_out([0.97, 0.96], ["yes", "no"], 300)
    shares = predictions[["set_id", "family", "confidence"]].assign(other="no")
    for share, holds in ((0.1, True), (0.9, False)):
        wrong = predictions["correct"] == "no"
        others = pandas.read_csv(index / "shares.csv", dtype=str).query("other == 'yes'")
        own = shares.assign(share=np.where(wrong, share, 0.9))[list(others.columns)]
        write_csv(pandas.concat([others, own.assign(set_id="own " + own["set_id"])]), index / "shares.csv")
        named = predictions.assign(set_id="own " + predictions["set_id"])
        assert choose_thresholds(index, named, promises()).risk.holds == holds


def test_every_risk_can_be_accepted(index):
    choose_thresholds(index, held_out([0.9], ["no"], 9), promises(accepted_risk=1.0, accepted_other_themes=1.0))
    summary = read_index_summary(index)
    assert (summary.threshold, summary.boundary) == (0.0, 0.0)


def test_a_promise_that_the_data_can_t_support_is_known_as_such(index):
    found = choose_thresholds(index, held_out([0.9], ["no"], 300), promises())
    assert not found.risk.holds and found.risk.bound > 0.02
    assert read_index_summary(index).threshold == 0.95


def test_without_held_out_predictions_the_validation_pictures_decide(index):
    assert choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.25)).risk.holds
    assert not choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.02)).risk.holds


def test_only_the_thresholds_change(index):
    before = json.loads((index / "index.json").read_text())
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    after = json.loads((index / "index.json").read_text())
    assert {name for name in before if before[name] != after[name]} == {"threshold", "boundary"}


def test_choosing_again_gives_the_same_bytes(index):
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    once = (index / "index.json").read_bytes()
    choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=1.0))
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    assert (index / "index.json").read_bytes() == once


def test_an_index_belongs_to_its_fingerprint_alone(index):
    assert is_made_from(index, "0123456789abcdef")
    assert not is_made_from(index, "fedcba9876543210")


@pytest.mark.parametrize("content", [None, "", "{", "{}", '{"made_from": "0123456789abcdef"}', "[]"])
def test_a_folder_without_a_valid_summary_is_not_up_to_date(index, content):
    (index / "index.json").unlink()
    if content is not None:
        (index / "index.json").write_text(content)
    assert not is_made_from(index, "0123456789abcdef")
