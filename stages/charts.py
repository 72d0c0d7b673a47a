"""Draw the answers for the test pictures: the tables behind the charts, the result, the mistakes, and the slices."""

import argparse
from pathlib import Path

import numpy as np
import pandas

from themer import curves, slices
from themer.answer_tables import Answers, read_answers
from themer.errors import explained
from themer.files import read_csv, write_bytes, write_csv, write_json
from themer.mistakes_grid import Grid, draw_grid, grid_of
from themer.params import load_params
from themer.result_picture import Result, draw_results
from themer.scores import accuracy_interval, confusion_table
from themer.shards import read_split

SPLIT = "test"


@explained
def main(argv: list[str] | None = None) -> None:
    """Write all tables and pictures that are drawn from answers alone."""
    args = arguments(argv)
    settings = load_params(args.params).evaluate
    found, sets = read_answers(args.answers), known_of_sets(args)
    families = list(sets.loc[found.ids, "family"])
    write_curves(found, args)
    write_bytes(draw_results(results(args, found, families, settings.confidence_level)), args.result)
    grid = grid_of(found, settings.mistakes)
    backgrounds, pictures = looked_through(args.shards, sets, grid)
    write_bytes(mistakes_sheet(grid, found, pictures), args.mistakes)
    kinds = kinds_of(sets.loc[found.ids], backgrounds)
    table = slices.slice_table(found.correct, families, kinds, settings.confidence_level)
    write_csv(table, args.slices)
    write_json(slices.worst_slice(table), args.metrics)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--answers", type=Path, required=True, help="the model's answers for the test pictures (CSV)")
    parser.add_argument("--original", type=Path, required=True, help="those of the original network, if any (CSV)")
    parser.add_argument("--dataset", type=Path, required=True, help="table with the family of each set")
    parser.add_argument("--labelled", type=Path, required=True, help="table with the year of each set")
    parser.add_argument("--thumbnails", type=Path, required=True, help="table with width and height of each picture")
    parser.add_argument("--shards", type=Path, required=True, help="folder of shards with the test split")
    parser.add_argument("--metrics", type=Path, required=True, help="where the worst slice goes (JSON)")
    for name in ("confusion", "roc", "precision-recall", "reliability", "risk-coverage", "top-k", "slices"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="where this table goes (CSV)")
    for name in ("result", "mistakes"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="where this picture goes (PNG)")
    return parser.parse_args(argv)


def known_of_sets(args: argparse.Namespace) -> pandas.DataFrame:
    """Return family, year, width and height of each set, by set_id."""
    tables = (
        read_csv(args.dataset)[["set_id", "family"]],
        read_csv(args.labelled)[["set_id", "year"]],
        read_csv(args.thumbnails)[["set_id", "width", "height"]],
    )
    found = tables[0].merge(tables[1], on="set_id").merge(tables[2], on="set_id").set_index("set_id")
    return found.astype({"width": int, "height": int})


def write_curves(found: Answers, args: argparse.Namespace) -> None:
    """Write the confusion matrix and the tables behind all curves."""
    actual, probabilities, labels = found.actual, found.probabilities, found.labels
    write_csv(confusion_table(actual, found.predicted, labels), args.confusion)
    write_csv(curves.roc_table(actual, probabilities, labels), args.roc)
    write_csv(curves.precision_recall_table(actual, probabilities, labels), args.precision_recall)
    write_csv(curves.reliability(actual, probabilities), args.reliability)
    write_csv(curves.risk_coverage(actual, probabilities), args.risk_coverage)
    write_csv(curves.top_k_table(actual, probabilities), args.top_k)


def results(args: argparse.Namespace, found: Answers, families: list[str], confidence_level: float) -> list[Result]:
    """Return what the picture of the result shows: this model and, if it was trained, the original network."""
    original = read_answers(args.original)
    if not original.ids:
        return [Result(title(found, families, confidence_level), found)]
    return [
        Result(f"This model: {title(found, families, confidence_level)}", found),
        Result(f"The original network: {title(original, families, confidence_level)}", original),
    ]


def title(found: Answers, families: list[str], confidence_level: float) -> str:
    """Return in words how good answers are."""
    low, high = accuracy_interval(found.correct, families, confidence_level)
    return f"{found.correct.mean():.1%} of {len(found.ids):,} test pictures right ({low:.1%} to {high:.1%})"


def looked_through(shards: Path, sets: pandas.DataFrame, grid: Grid) -> tuple[list[str], dict[int, np.ndarray]]:
    """Return the background of each test picture, and the pictures of the grid by position, keeping no others."""
    backgrounds, pictures, wanted = [], {}, grid.shown
    for position, example in enumerate(read_split(shards, SPLIT).as_numpy_iterator()):
        known = sets.loc[example["set_id"].decode()]
        backgrounds.append(slices.background(example["image"], known["width"], known["height"]))
        if position in wanted:
            pictures[position] = example["image"]
    return backgrounds, pictures


def kinds_of(sets: pandas.DataFrame, backgrounds: list[str]) -> pandas.DataFrame:
    """Return what kind of picture each is, a column for each attribute."""
    sides = list(zip(sets["width"], sets["height"], strict=True))
    return pandas.DataFrame(
        {
            "decade": [slices.decade(year) for year in sets["year"]],
            "shape": [slices.shape(*one) for one in sides],
            "size": [slices.size(*one) for one in sides],
            "background": backgrounds,
        }
    )


def mistakes_sheet(grid: Grid, found: Answers, pictures: dict[int, np.ndarray]) -> bytes:
    """Return a PNG of the grid with what there is to say of it."""
    mistakes, answered = int(np.sum(~found.correct)), len(found.ids)
    headline = f"{mistakes:,} of {answered:,} test pictures got a wrong theme" if mistakes else "No mistakes"
    themes = "" if len(grid.themes) == len(found.labels) else f"The {len(grid.themes)} themes that are confused most. "
    subtitle = f"{themes}Most confident mistakes, least certain right answers; with the probability of the answer."
    return draw_grid(grid, found, pictures, headline, subtitle)


if __name__ == "__main__":
    main()
