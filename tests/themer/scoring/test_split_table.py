import numpy as np
import pandas
import pytest

from themer.pictures.near_duplicates import near_pairs
from themer.scoring.intervals import accuracy_interval, macro_f1_interval
from themer.scoring.split_table import COLUMNS, have_near_duplicate, split_table

HASHES = ["0" * 64, "0" * 63 + "1", "f" * 64, "f" * 64]
SET_IDS = ["1-1", "2-1", "3-1", "4-1"]


@pytest.mark.parametrize(
    ("fold_of", "distance", "expected"),
    [
        ([0, 1, 0, 0], 1, [True, True, False, False]),
        ([0, 0, 0, 1], 1, [False, False, True, True]),
        ([0, 1, 0, 1], 0, [False, False, True, True]),
        ([0, 0, 1, 1], 1, [False] * 4),
        ([0, -1, -1, -1], 1, [True, True, False, False]),
    ],
)
def test_near_duplicates_count_only_across_folds(fold_of, distance, expected):
    assert have_near_duplicate(near_pairs(HASHES, distance), np.array(fold_of)).tolist() == expected


def dataset(families: str = "abcd", labels: str = "xxyy") -> pandas.DataFrame:
    """Return the dataset of four pictures."""
    return pandas.DataFrame({"set_id": SET_IDS, "label": list(labels), "family": list(families)})


def predictions(split: str, predicted: dict[str, str], fold: str = "0") -> pandas.DataFrame:
    """Return the rows of one way to split: the predicted label of each held-out set, all in one fold."""
    return pandas.DataFrame(
        {"split": split, "set_id": list(predicted), "fold": fold, "predicted": list(predicted.values())}
    )


THREE_SCORED = predictions("at random", {"4-1": "", "1-1": "x", "2-1": "y", "3-1": "y"})


def test_pictures_without_a_predicted_label_are_left_out():
    [row] = split_table(THREE_SCORED, dataset(), [], 0.9).to_dict("records")
    assert (row["split"], row["pictures"], row["left_out"]) == ("at random", 3, 1)
    assert row["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert row["macro_f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert list(row) == COLUMNS


def test_near_duplicates_of_scored_pictures_are_counted():
    # Set 4-1 is left out, and 3-1 and 4-1 are in the same fold.
    held_out = pandas.concat([THREE_SCORED.iloc[:1], THREE_SCORED.iloc[1:2].assign(fold="1"), THREE_SCORED.iloc[2:]])
    [row] = split_table(held_out, dataset(), [(0, 1), (2, 3)], 0.9).to_dict("records")
    assert row["near_duplicates"] == 2
    [row] = split_table(held_out, dataset(), [(0, 3)], 0.9).to_dict("records")
    assert row["near_duplicates"] == 1


def test_a_near_duplicate_that_is_never_held_out_is_in_training():
    [row] = split_table(predictions("by year", {"1-1": "x"}), dataset(), [(0, 1)], 0.9).to_dict("records")
    assert (row["pictures"], row["left_out"], row["near_duplicates"]) == (1, 0, 1)


def test_the_intervals_count_the_families_of_the_scored_pictures():
    [row] = split_table(THREE_SCORED, dataset(families="aabb"), [], 0.9).to_dict("records")
    actual, predicted, families = np.array([0, 0, 1]), np.array([0, 1, 1]), list("aab")
    accuracy = accuracy_interval(actual == predicted, families, 0.9)
    macro_f1 = macro_f1_interval(actual, predicted, families, 0.9)
    assert (row["accuracy_low"], row["accuracy_high"]) == pytest.approx(accuracy, abs=1e-6)
    assert (row["macro_f1_low"], row["macro_f1_high"]) == pytest.approx(macro_f1, abs=1e-6)


def test_the_rows_are_in_the_order_of_the_predictions():
    both = pandas.concat([predictions("second", {"2-1": "x"}), predictions("first", {"1-1": "y"})])
    table = split_table(both, dataset(), [], 0.9)
    assert table[["split", "accuracy"]].to_numpy().tolist() == [["second", 1.0], ["first", 0.0]]


def test_without_predictions_there_are_no_rows():
    table = split_table(predictions("", {}), dataset(), [], 0.9)
    assert table.empty and list(table) == COLUMNS
