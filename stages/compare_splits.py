"""See what other splits would have shown: at random, which flatters, and by year, which asks for sets of the future."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas

from themer.cross_validation import held_out_answers, learned_elsewhere, plain_features, remove_folds, why_not
from themer.errors import explained
from themer.features import read_feature_summary
from themer.files import read_csv, write_csv
from themer.params import Params, load_params
from themer.retraining import Pictures, column_by_set, read_pictures
from themer.split_comparison import COLUMNS, comparison_row, first_year_held_out, have_near_duplicate, random_folds
from themer.splits import near_pairs


@dataclass(frozen=True)
class Held:
    """One way to hold pictures out: a name for readers, and int [n], the fold of each picture, -1 for never."""

    name: str
    fold_of: np.ndarray


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write a row for each split: how many pictures it asks, how many have a near-duplicate, and how good it looks."""
    args = arguments(argv)
    params = load_params(args.params)
    pictures = read_pictures(args.shards, column_by_set(args.dataset, "family"))
    width = read_feature_summary(args.features).width
    reason = why_not(params, width) or ("" if params.cross_validate.other_splits else "other_splits is false")
    if reason:
        print(f"compare_splits: left out, since {reason}")
        write_csv(pandas.DataFrame(columns=COLUMNS), args.out)
        remove_states(args.checkpoint)
        return
    features = plain_features(args.features, args.shards) if width else []
    pairs = near_pairs(column_of(args.thumbnails, "perceptual_hash", pictures), params.regroup.duplicate_distance)
    rows = [row_of(params, pictures, pairs, *as_cross_validated(args.answers, pictures))]
    for held in (at_random(pictures, params), by_year(args, pictures, params)):
        if asked_of(held, pictures).any():
            predicted = predicted_anew(args, params, pictures, features, held)
            rows.append(row_of(params, pictures, pairs, held, predicted))
        else:
            print(f"{held.name}: left out, since it holds out no picture of a label that others teach")
    write_csv(pandas.DataFrame(rows)[COLUMNS].round(6), args.out)
    remove_states(args.checkpoint)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="folder that the stage resize wrote")
    parser.add_argument("--features", type=Path, required=True, help="folder that the stage features wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="table with the family of each set")
    parser.add_argument("--labelled", type=Path, required=True, help="table with the year of each set")
    parser.add_argument("--thumbnails", type=Path, required=True, help="table with the perceptual hashes")
    parser.add_argument("--answers", type=Path, required=True, help="the answers of the stage cross_validate (CSV)")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that keeps finished folds meanwhile")
    parser.add_argument("--out", type=Path, required=True, help="where the comparison goes (CSV)")
    return parser.parse_args(argv)


def at_random(pictures: Pictures, params: Params) -> Held:
    """Return folds that part families."""
    checks = params.cross_validate
    return Held("at random", random_folds(pictures.given, checks.folds, checks.seed))


def by_year(args: argparse.Namespace, pictures: Pictures, params: Params) -> Held:
    """Return the latest years held out, about as many pictures as the test split has."""
    # A set without a year is never held out.
    years = np.nan_to_num(pandas.to_numeric(column_of(args.labelled, "year", pictures), errors="coerce")).astype(int)
    first = first_year_held_out(years, params.regroup.split.test)
    return Held(f"by year, from {first}", np.where(years >= first, 0, -1))


def column_of(path: Path, name: str, pictures: Pictures) -> list[str]:
    """Return a column of a table of sets for each picture."""
    column = column_by_set(path, name)
    return [column[set_id] for set_id in pictures.set_ids]


def as_cross_validated(answers: Path, pictures: Pictures) -> tuple[Held, np.ndarray]:
    """Return the folds that part no family, and int [n], the labels that the stage cross_validate has found there."""
    found = read_csv(answers).set_index("set_id").loc[pictures.set_ids]
    predicted = np.array([pictures.labels.index(label) for label in found["predicted"]])
    return Held("grouped by family", found["fold"].astype(int).to_numpy()), predicted


def predicted_anew(
    args: argparse.Namespace, params: Params, pictures: Pictures, features: list[np.ndarray], held: Held
) -> np.ndarray:
    """Return int [n], the label that each picture gets from what its split does not hold out."""
    checkpoint = args.checkpoint / ("by_year" if held.fold_of.min() < 0 else "at_random")
    found = held_out_answers(
        args.shards, pictures, held.fold_of, features, params.train, params.cross_validate, checkpoint
    )
    return found.argmax(axis=1)


def remove_states(checkpoint: Path) -> None:
    """Delete what `predicted_anew` keeps."""
    for name in ("at_random", "by_year"):
        remove_folds(checkpoint / name)


def asked_of(held: Held, pictures: Pictures) -> np.ndarray:
    """Return bool [n]: which pictures are held out while others of their label are learned from."""
    asked = held.fold_of >= 0
    return asked if asked.all() else asked & learned_elsewhere(pictures.actual, asked)


def row_of(
    params: Params, pictures: Pictures, pairs: list[tuple[int, int]], held: Held, predicted: np.ndarray
) -> dict[str, Any]:
    """Return the row of a split, and say it."""
    asked = asked_of(held, pictures)
    near = have_near_duplicate(pairs, held.fold_of)
    level = params.evaluate.confidence_level
    row = comparison_row(held.name, pictures.actual, predicted, asked, pictures.families, near, level)
    print(f"{held.name}: {row['accuracy']:.1%} of {row['pictures']:,} right, {row['near_duplicates']:,} seen nearly")
    return {**row, "left_out": int(np.sum(held.fold_of >= 0)) - row["pictures"]}


if __name__ == "__main__":
    main()
