"""Predict every picture with a model trained on no picture of its family; find wrong labels and themes to merge."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas

from stages import paths
from themer.base.params import CrossValidate, Params, Train
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import column_by_set, write_csv
from themer.features.feature_store import Features, read_feature_summaries
from themer.scoring.label_issues import COLUMNS as ISSUE_COLUMNS
from themer.scoring.label_issues import label_issues
from themer.scoring.prediction_table import Predictions, write_predictions
from themer.scoring.theme_pairs import COLUMNS as PAIR_COLUMNS
from themer.scoring.theme_pairs import theme_pairs, worthwhile_pairs
from themer.shards.files import read_summary
from themer.training.confidence import fit_temperature, with_temperature
from themer.training.linear_head import blocks
from themer.validation.folds import folds, scarce_labels
from themer.validation.held_out import (
    has_training_label,
    held_out_probabilities,
    linear_probabilities,
    plain_features,
    reason_to_skip,
    require_every_label,
    split_by,
    view_features,
)
from themer.validation.pictures import Pictures, read_pictures
from themer.validation.split_comparison import first_year_held_out, random_folds

MOST_PAIRS = 50
CALIBRATION_COLUMNS = ["set_id", "family", "confidence", "correct"]
SPLIT_COLUMNS = ["split", "set_id", "fold", "predicted"]


@dataclass(frozen=True)
class Split:
    """A way to split: its name, and the fold that holds each picture out, int [n], -1 for never."""

    name: str
    fold_of: np.ndarray


@stage
def main() -> None:
    """Write the held-out predictions under three ways to split, the label issues and the theme pairs."""
    params = load_params(paths.params)
    pictures = read_pictures(paths.shards, column_by_set(paths.dataset, "family"))
    stored = read_feature_summaries(paths.features)
    width, view_count = sum(one.width for one in stored), stored[0].views
    reason = reason_to_skip(params, width)
    if reason:
        skip(pictures, reason)
        return
    features = plain_features(paths.features, paths.shards) if width else []
    by_family = grouped_by_family(pictures, params.cross_validate)
    probabilities = held_out(params, pictures, features, by_family)
    write_out_of_fold(pictures, by_family, probabilities)
    views = [] if params.cross_validate.fine_tuned else view_features(paths.features, view_count)
    write_calibration(params.train, pictures, features, views, by_family, probabilities)
    write_issues(pictures, probabilities)
    write_pairs(pictures, probabilities, features)
    write_splits(params, pictures, features, by_family, probabilities)
    shutil.rmtree(paths.fold_checkpoint, ignore_errors=True)


def grouped_by_family(pictures: Pictures, checks: CrossValidate) -> Split:
    """Return folds that keep families whole; print the labels with too few families to be in every fold."""
    scarce = scarce_labels(pictures.label_names, pictures.families, checks.folds)
    if scarce:
        named = ", ".join(f"{label} ({count})" for label, count in scarce.items())
        print(f"cross_validate: these labels have fewer families than folds: {named}")
    split = Split("grouped by family", folds(pictures.label_names, pictures.families, checks.folds, checks.seed))
    if checks.fine_tuned:
        require_every_label(pictures, split.fold_of)
    return split


def held_out(params: Params, pictures: Pictures, features: list[Features], split: Split) -> np.ndarray:
    """Return the held-out probabilities under a split, float32 [n, labels]."""
    folder = paths.fold_checkpoint / split.name.partition(",")[0].replace(" ", "_")
    return held_out_probabilities(
        paths.shards, pictures, split.fold_of, features, params.train, params.cross_validate, folder
    )


def write_out_of_fold(pictures: Pictures, split: Split, probabilities: np.ndarray) -> None:
    """Write the predictions of a split and print their accuracy; the rows are sorted by set."""
    order = np.argsort(pictures.set_ids, kind="stable")
    ids = [pictures.set_ids[row] for row in order]
    found = Predictions(ids, pictures.actual[order], probabilities[order], pictures.labels)
    write_predictions(found, "fold", split.fold_of[order].tolist(), paths.out_of_fold)
    if len(ids):
        print(f"cross_validate: accuracy {found.correct.mean():.1%} on {len(ids):,} held-out pictures")


def write_calibration(
    settings: Train,
    pictures: Pictures,
    features: list[Features],
    views: list[Features],
    split: Split,
    probabilities: np.ndarray,
) -> None:
    """Write the calibrated confidence of every held-out prediction, also of the training pictures' random views.

    For the views, the classifiers are trained on views too, as the served one is.
    """
    rows = np.arange(len(pictures.set_ids))
    if views:
        rows = np.concatenate([rows, *(rows[: len(part)] for part in views)])
        actual, fold_of = pictures.actual[rows], split.fold_of[rows]
        probabilities = linear_probabilities([*features, *views], actual, fold_of, settings, len(pictures.labels))
    # The test pictures, which are the last, must not decide when the model abstains.
    used = rows < len(pictures.set_ids) - read_summary(paths.shards).pictures["test"]
    temperature = fit_temperature(probabilities[used], pictures.actual[rows[used]])
    calibrated = with_temperature(probabilities[used], temperature)
    write_csv(calibration_table(pictures, rows[used], calibrated), paths.calibration)


def calibration_table(pictures: Pictures, rows: np.ndarray, probabilities: np.ndarray) -> pandas.DataFrame:
    """Return set_id, family, confidence and correct of held-out predictions; `rows` holds the picture of each."""
    correct = probabilities.argmax(axis=1) == pictures.actual[rows]
    table = pandas.DataFrame(
        {
            "set_id": np.array(pictures.set_ids, object)[rows],
            "family": np.array(pictures.families, object)[rows],
            "confidence": probabilities.max(axis=1).astype(np.float32),
            "correct": np.where(correct, "yes", "no"),
        }
    )
    return table.sort_values("set_id", kind="stable")


def write_issues(pictures: Pictures, probabilities: np.ndarray) -> None:
    """Write the sets whose label looks wrong, with their names, the most suspicious first."""
    names = column_by_set(paths.labelled, "name")
    issues = label_issues(pictures.actual, probabilities, pictures.labels, pictures.set_ids)
    issues["name"] = [names.get(set_id, "") for set_id in issues["set_id"]]
    write_csv(issues[ISSUE_COLUMNS], paths.label_issues)


def write_pairs(pictures: Pictures, probabilities: np.ndarray, features: list[Features]) -> None:
    """Write the pairs of themes that a user may want to merge."""
    batches = chain.from_iterable(map(blocks, features, split_by(features, pictures.actual)))
    pairs = theme_pairs(pictures.actual, probabilities, batches, pictures.labels)
    write_csv(worthwhile_pairs(pairs, MOST_PAIRS), paths.theme_pairs)


def write_splits(
    params: Params, pictures: Pictures, features: list[Features], by_family: Split, probabilities: np.ndarray
) -> None:
    """Write the predictions under every way to split, or no rows if `other_splits` is false."""
    tables = [pandas.DataFrame(columns=SPLIT_COLUMNS)]
    if params.cross_validate.other_splits:
        tables = [split_rows(pictures, by_family, probabilities), *other_tables(params, pictures, features)]
    write_csv(pandas.concat(tables), paths.other_splits)


def other_tables(params: Params, pictures: Pictures, features: list[Features]) -> Iterator[pandas.DataFrame]:
    """Yield the predictions under the splits at random and by year, if any of a split can be scored."""
    for split in at_random(pictures, params), by_year(pictures, params):
        if scored(pictures, split).any():
            yield split_rows(pictures, split, held_out(params, pictures, features, split))
        else:
            print(f'cross_validate: skipped the split "{split.name}": the held-out labels have no training pictures')


def at_random(pictures: Pictures, params: Params) -> Split:
    """Return folds that ignore families."""
    return Split(
        "at random", random_folds(pictures.label_names, params.cross_validate.folds, params.cross_validate.seed)
    )


def by_year(pictures: Pictures, params: Params) -> Split:
    """Return a split that holds out the latest years, with about the share of pictures of the test split."""
    year_of = column_by_set(paths.labelled, "year")
    parsed = pandas.to_numeric([year_of[set_id] for set_id in pictures.set_ids], errors="coerce")
    # A set without a year gets the year 0 and is never held out.
    years = np.nan_to_num(parsed).astype(int)
    first = first_year_held_out(years, params.regroup.split.test)
    return Split(f"by year, from {first}", np.where(years >= first, 0, -1))


def scored(pictures: Pictures, split: Split) -> np.ndarray:
    """Return whether each picture is held out and its label has training pictures, bool [n]."""
    held_out = split.fold_of >= 0
    return held_out if held_out.all() else held_out & has_training_label(pictures.actual, held_out)


def split_rows(pictures: Pictures, split: Split, probabilities: np.ndarray) -> pandas.DataFrame:
    """Return split, set_id, fold and predicted label of each held-out picture; "" for one that is not scored."""
    predicted = np.array(pictures.labels, object)[probabilities.argmax(axis=1)]
    table = pandas.DataFrame(
        {
            "split": split.name,
            "set_id": pictures.set_ids,
            "fold": split.fold_of,
            "predicted": np.where(scored(pictures, split), predicted, ""),
        }
    )
    return table[split.fold_of >= 0].sort_values("set_id", kind="stable")


def skip(pictures: Pictures, reason: str) -> None:
    """Write every output without rows, and print the reason."""
    print(f"cross_validate: skipped, since {reason}")
    empty = Pictures([], np.empty(0, np.int64), [], pictures.labels)
    write_out_of_fold(empty, Split("", np.empty(0, np.int64)), np.empty((0, len(pictures.labels)), np.float32))
    write_csv(pandas.DataFrame(columns=CALIBRATION_COLUMNS), paths.calibration)
    write_csv(pandas.DataFrame(columns=ISSUE_COLUMNS), paths.label_issues)
    write_csv(pandas.DataFrame(columns=PAIR_COLUMNS), paths.theme_pairs)
    write_csv(pandas.DataFrame(columns=SPLIT_COLUMNS), paths.other_splits)
    shutil.rmtree(paths.fold_checkpoint, ignore_errors=True)


if __name__ == "__main__":
    main()
