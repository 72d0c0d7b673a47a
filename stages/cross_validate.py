"""Let each picture be answered by a classifier that never saw it: how good that is, and which labels look wrong."""

import argparse
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pandas

from themer.contact_sheet import Tile, draw_sheet
from themer.cross_validation import (
    answer_table,
    figures,
    held_out_answers,
    no_figures,
    pairs_of,
    plain_features,
    remove_folds,
    require_every_label,
    why_not,
    worthwhile_pairs,
)
from themer.errors import explained
from themer.features import read_feature_summary
from themer.files import write_bytes, write_csv, write_json
from themer.folds import folds, scarce_labels
from themer.label_issues import label_issues
from themer.params import SPLITS, Params, load_params
from themer.retraining import Pictures, column_by_set, read_pictures
from themer.shards import read_split

MOST_PAIRS, MOST_TILES = 50, 24
ISSUE_COLUMNS = ["set_id", "name", "label", "suggested", "label_probability", "suggested_probability", "margin"]
PAIR_COLUMNS = ["a", "b", "pictures_a", "pictures_b", "confusion", "soft_confusion", "distance", "gain"]


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the answers and how good they are, the labels that look wrong, and the themes that may be merged."""
    args = arguments(argv)
    params = load_params(args.params)
    pictures = read_pictures(args.shards, column_by_set(args.dataset, "family"))
    width = read_feature_summary(args.features).width
    reason = why_not(params, width)
    if reason:
        write_nothing(args, pictures.labels, reason)
        return
    features = plain_features(args.features, args.shards) if width else []
    fold_of = folds(pictures.given, pictures.families, params.cross_validate.folds, params.cross_validate.seed)
    answers = answered(args, params, pictures, fold_of, features)
    write_figures(args, params, pictures, fold_of, answers)
    write_issues(args, pictures, answers)
    write_csv(worthwhile_pairs(pairs_of(pictures, answers, features), MOST_PAIRS), args.pairs)
    # Only now is nothing lost with it.
    remove_folds(args.checkpoint)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="directory that the stage resize wrote")
    parser.add_argument("--features", type=Path, required=True, help="folder that the stage features wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="table with the family of each set")
    parser.add_argument("--labelled", type=Path, required=True, help="table with the name of each set")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that keeps finished folds meanwhile")
    parser.add_argument("--answers", type=Path, required=True, help="where the answer for each picture goes (CSV)")
    parser.add_argument("--metrics", type=Path, required=True, help="where the figures go (JSON)")
    parser.add_argument("--issues", type=Path, required=True, help="where the labels that look wrong go (CSV)")
    parser.add_argument("--sheet", type=Path, required=True, help="where the pictures of those go (PNG)")
    parser.add_argument("--pairs", type=Path, required=True, help="where the themes that may be merged go (CSV)")
    return parser.parse_args(argv)


def answered(
    args: argparse.Namespace, params: Params, pictures: Pictures, fold_of: np.ndarray, features: list[np.ndarray]
) -> np.ndarray:
    """Return the probabilities, float32 [n, classes], of each picture by what was learned from the other folds."""
    scarce = scarce_labels(pictures.given, pictures.families, params.cross_validate.folds)
    if scarce:
        named = ", ".join(f"{label} ({count})" for label, count in scarce.items())
        print(f"cross-validation: of too few families to be in every fold: {named}")
    if params.cross_validate.fine_tuned:
        require_every_label(pictures, fold_of)
    return held_out_answers(
        args.shards, pictures, fold_of, features, params.train, params.cross_validate, args.checkpoint
    )


def write_figures(
    args: argparse.Namespace, params: Params, pictures: Pictures, fold_of: np.ndarray, answers: np.ndarray
) -> None:
    """Write the answers and how good they are, and say so."""
    found = figures(pictures, answers, params.evaluate.confidence_level)
    write_csv(answer_table(pictures, fold_of, answers), args.answers)
    write_json({"folds": params.cross_validate.folds, **found}, args.metrics)
    print(f"cross-validation: {found['accuracy']:.1%} of {len(answers):,} pictures right out of fold")


def write_issues(args: argparse.Namespace, pictures: Pictures, answers: np.ndarray) -> None:
    """Write the labels that look wrong, as a table and, the most suspicious of them, with their pictures."""
    issues = label_issues(pictures.actual, answers, pictures.labels, pictures.set_ids)
    names = column_by_set(args.labelled, "name")
    table = issues.rename(columns={"given": "label", "given_probability": "label_probability"})
    table["name"] = [names.get(set_id, "") for set_id in table["set_id"]]
    write_csv(table[ISSUE_COLUMNS], args.issues)
    shown = issues.head(MOST_TILES)
    images = pictures_at(args.shards, shown["position"])
    title, subtitle = words_for(len(issues), len(shown), len(answers))
    write_bytes(draw_sheet(title, subtitle, [tile(row, images) for row in shown.itertuples()]), args.sheet)


def pictures_at(shards: Path, positions: Iterable[int]) -> dict[int, np.ndarray]:
    """Return the pictures at these positions of all splits, uint8 [size, size, 3] each, keeping no others."""
    wanted = set(positions)
    examples = chain.from_iterable(read_split(shards, split).as_numpy_iterator() for split in SPLITS)
    return {position: example["image"] for position, example in enumerate(examples) if position in wanted}


def tile(row: tuple, images: dict[int, np.ndarray]) -> Tile:
    """Return a row of the label issues with its picture."""
    return Tile(
        picture=images[row.position],
        set_id=row.set_id,
        actual=row.given,
        predicted=row.suggested,
        actual_probability=row.given_probability,
        predicted_probability=row.suggested_probability,
        is_label="labelled",
    )


def words_for(issues: int, shown: int, pictures: int) -> tuple[str, str]:
    """Return the title and the subtitle of the contact sheet."""
    if issues == 0:
        return "No label looks wrong", f"The labels of all {pictures:,} pictures agree with what the others teach."
    counted = "1 label looks wrong" if issues == 1 else f"{issues:,} labels look wrong"
    title = counted if shown == issues else f"{counted}: the {shown} most suspicious"
    return title, f"Of {pictures:,} pictures. What the others suggest, and how it is labelled."


def write_nothing(args: argparse.Namespace, labels: list[str], reason: str) -> None:
    """Write every output without anything in it, and say why."""
    print(f"cross-validation: left out, since {reason}")
    nothing = Pictures([], np.empty(0, np.int64), [], labels)
    none = np.empty((0, len(labels)), np.float32)
    write_csv(answer_table(nothing, np.empty(0, np.int64), none), args.answers)
    write_json({"folds": 0, **no_figures(len(labels))}, args.metrics)
    write_csv(pandas.DataFrame(columns=ISSUE_COLUMNS), args.issues)
    write_bytes(draw_sheet("No label was looked at", "Cross-validation was left out.", []), args.sheet)
    write_csv(pandas.DataFrame(columns=PAIR_COLUMNS), args.pairs)
    remove_folds(args.checkpoint)


if __name__ == "__main__":
    main()
