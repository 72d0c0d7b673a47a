import json
from pathlib import Path

import numpy as np
import pandas
import pytest

from themer.answering.index import IndexSummary, read_index_summary
from themer.base.tables import write_csv
from themer.exporting.thresholds import choose_threshold, is_made_from, write_index_summary
from themer.training.confidence import ALWAYS_ABSTAIN

SUMMARY = IndexSummary("0" * 64, 4, 5, 0.98, 0.123456789, ALWAYS_ABSTAIN, "0123456789abcdef")
CONFIDENCE = np.array([0.9, 0.8, 0.7, 1 / 3], np.float32)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The two files of an index that a threshold needs: of four validation predictions, the third is wrong."""
    table = pandas.DataFrame({"set_id": list("abcd"), "confidence": CONFIDENCE, "correct": ["yes", "yes", "no", "yes"]})
    write_csv(table, tmp_path / "validation.csv")
    write_index_summary(SUMMARY, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("accepted_risk", "threshold"),
    [(0.1, CONFIDENCE[1]), (0.25, CONFIDENCE[3]), (0.3, CONFIDENCE[3]), (1.0, 0.0)],
)
def test_the_threshold_is_the_lowest_confidence_with_the_accepted_risk(index, accepted_risk, threshold):
    summary = choose_threshold(index, accepted_risk)
    assert summary.threshold == threshold
    assert read_index_summary(index) == summary


def test_without_an_acceptable_threshold_the_model_always_abstains(index):
    table = pandas.DataFrame({"set_id": ["a"], "confidence": ["0.9"], "correct": ["no"]})
    write_csv(table, index / "validation.csv")
    assert choose_threshold(index, 0.5).threshold == ALWAYS_ABSTAIN


def test_the_threshold_is_a_confidence_to_the_last_bit(index):
    choose_threshold(index, 0.25)
    assert np.float32(read_index_summary(index).threshold).tobytes() == CONFIDENCE[3].tobytes()


def test_only_the_threshold_changes(index):
    before = json.loads((index / "index.json").read_text())
    choose_threshold(index, 0.1)
    after = json.loads((index / "index.json").read_text())
    assert {name for name in before if before[name] != after[name]} == {"threshold"}


def test_choosing_again_gives_the_same_bytes(index):
    choose_threshold(index, 0.1)
    once = (index / "index.json").read_bytes()
    choose_threshold(index, 1.0)
    choose_threshold(index, 0.1)
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
