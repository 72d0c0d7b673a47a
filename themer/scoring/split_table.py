"""Compare ways to split the pictures: a row of scores for each."""

from typing import Any

import numpy as np
import pandas

from themer.scoring.intervals import accuracy_interval, macro_f1_interval, weighted_macro_f1

COLUMNS = [
    "split",
    "pictures",
    "left_out",
    "near_duplicates",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "macro_f1",
    "macro_f1_low",
    "macro_f1_high",
]


def split_table(
    predictions: pandas.DataFrame, dataset: pandas.DataFrame, pairs: list[tuple[int, int]], confidence_level: float
) -> pandas.DataFrame:
    """Return a row of scores for each way to split, in the order of the predictions.

    Args:
        predictions: split, set_id, fold and predicted label of each held-out picture, as text. The predicted label is
            "" if no training picture has the actual label; the picture is then left out of the scores.
        dataset: set_id, label and family of all pictures.
        pairs: the positions in `dataset` of near-duplicate pictures.
        confidence_level: of the intervals, above 0 to below 1.
    """
    rows = [
        _row(str(name), held_out, dataset, pairs, confidence_level)
        for name, held_out in predictions.groupby("split", sort=False)
    ]
    return pandas.DataFrame(rows, columns=COLUMNS).round(6)


def have_near_duplicate(pairs: list[tuple[int, int]], fold_of: np.ndarray) -> np.ndarray:
    """Return whether a near-duplicate of each picture is in another fold, and so in its training set, bool [n].

    Args:
        pairs: the positions of near-duplicates.
        fold_of: int [n], the fold of each picture.
    """
    found = np.zeros(len(fold_of), bool)
    for first, second in pairs:
        if fold_of[first] != fold_of[second]:
            found[[first, second]] = True
    return found


def _row(
    split: str,
    held_out: pandas.DataFrame,
    dataset: pandas.DataFrame,
    pairs: list[tuple[int, int]],
    confidence_level: float,
) -> dict[str, Any]:
    """Return the row of one way to split; `held_out` holds its rows of the predictions."""
    by_set = held_out.set_index("set_id")
    # -1 stands for a picture that is never held out.
    fold_of = by_set["fold"].astype(int).reindex(dataset["set_id"], fill_value=-1).to_numpy()
    predicted = by_set["predicted"].reindex(dataset["set_id"], fill_value="").to_numpy()
    scored = predicted != ""
    near = have_near_duplicate(pairs, fold_of)[scored]
    scores = _scores(dataset[scored], predicted[scored], confidence_level)
    counts = {"pictures": int(scored.sum()), "left_out": len(held_out) - int(scored.sum())}
    return {"split": split, **counts, "near_duplicates": int(near.sum()), **scores}


def _scores(pictures: pandas.DataFrame, predicted: np.ndarray, confidence_level: float) -> dict[str, float]:
    """Return accuracy and macro-F1 with their intervals, for pictures with label and family."""
    names, families = np.unique([*pictures["label"], *predicted]), list(pictures["family"])
    actual, guesses = (np.searchsorted(names, list(labels)) for labels in (pictures["label"], predicted))
    accuracy_low, accuracy_high = accuracy_interval(actual == guesses, families, confidence_level)
    macro_f1_low, macro_f1_high = macro_f1_interval(actual, guesses, families, confidence_level)
    return {
        "accuracy": float(np.mean(actual == guesses)),
        "accuracy_low": accuracy_low,
        "accuracy_high": accuracy_high,
        "macro_f1": weighted_macro_f1(actual, guesses, np.ones(len(actual))),
        "macro_f1_low": macro_f1_low,
        "macro_f1_high": macro_f1_high,
    }
