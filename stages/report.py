"""Turn the predictions into plots, sheets of pictures and the model card."""

from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pandas
import vl_convert

from stages import paths
from themer.base.files import file_sha256, write_bytes, write_json
from themer.base.own_files import read_json
from themer.base.params import SPLITS, Params, Resize
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import read_csv, read_rows, write_csv
from themer.base.theme_paths import EVEN_CHANCE, NONE_OF_THESE
from themer.pictures.files import picture_path
from themer.pictures.images import decode, padded
from themer.pictures.near_duplicates import near_pairs
from themer.reports.label_sheet import draw_label_issues
from themer.reports.mistakes_grid import draw_mistakes
from themer.reports.model_card import model_card
from themer.reports.result_picture import draw_result
from themer.scoring import curves
from themer.scoring.intervals import accuracy_interval
from themer.scoring.prediction_table import Predictions, read_predictions
from themer.scoring.scores import confusion_table, held_out_scores
from themer.scoring.slices import namesakes, picture_kinds, slice_table, worst_slice
from themer.scoring.split_table import split_table

NAMES, PICTURES = ["name", "year"], ["width", "height", "perceptual_hash"]
VEGA_LITE = "5.21"
# The files that the model card quotes, by the names in its template.
MEASURED = {
    "dataset": paths.dataset_metrics,
    "evaluate": paths.evaluate_metrics,
    "export": paths.export_metrics,
    "join": paths.join_metrics,
    "photos": paths.photo_metrics,
    "slices": paths.slice_metrics,
    "source": paths.source,
    "themes": paths.theme_metrics,
    "train": paths.train_metrics,
}


@stage
def main() -> None:
    """Write every plot and sheet, the scores of slices and of cross-validation, and the model card."""
    params = load_params(paths.params)
    predictions, held_out = read_predictions(paths.test_predictions), read_predictions(paths.out_of_fold)
    sets = read_sets()
    squares = partial(read_squares, settings=params.resize)
    level = params.evaluate.confidence_level
    write_curves(predictions)
    write_result(predictions, sets, level)
    write_bytes(draw_mistakes(predictions, params.evaluate.mistakes, squares), paths.mistakes)
    write_slices(predictions, sets, squares(predictions.ids), level)
    write_cross_validation(held_out, sets, params)
    issues = read_csv(paths.label_issues)
    write_bytes(draw_label_issues(issues, len(held_out.ids), squares), paths.label_issues_sheet)
    write_bytes(vega_library(), paths.vega)
    write_bytes(model_card(card_facts(params)).encode(), paths.model_card)


def read_sets() -> pandas.DataFrame:
    """Return label, family, name, year, namesakes, size and perceptual hash of each set in the dataset, by set_id."""
    found = read_rows(paths.dataset, "set_id", "label", "family")
    for path, columns in ((paths.labelled, NAMES), (paths.thumbnails_table, PICTURES)):
        found = found.merge(read_csv(path, "set_id", *columns)[["set_id", *columns]], on="set_id")
    found["namesakes"] = namesakes(found)
    return found.set_index("set_id", drop=False).astype({"width": int, "height": int})


def read_squares(set_ids: Iterable[str], settings: Resize) -> Iterator[np.ndarray]:
    """Yield the sets' pictures, with the margin that tells the background, in squares, uint8 [size, size, 3]."""
    for set_id in set_ids:
        picture = decode(picture_path(paths.thumbnails, set_id).read_bytes())
        yield np.asarray(padded(picture, settings.size, settings.fill))


def write_curves(predictions: Predictions) -> None:
    """Write the confusion matrix and the tables behind all curves."""
    actual, probabilities, labels = predictions.actual, predictions.probabilities, predictions.labels
    write_csv(confusion_table(actual, predictions.predicted, labels), paths.confusion)
    write_csv(curves.roc_table(actual, probabilities, labels), paths.roc)
    write_csv(curves.precision_recall_table(actual, probabilities, labels), paths.precision_recall)
    write_csv(curves.reliability(actual, probabilities), paths.reliability)
    write_csv(risk_coverage(predictions), paths.risk_coverage)
    write_csv(curves.top_k_table(actual, probabilities), paths.top_k)


def risk_coverage(predictions: Predictions) -> pandas.DataFrame:
    """Return the curve of wrong predictions, and of other themes that get a label if there are any."""
    decisions = read_csv(paths.test_decisions).astype({"known": float})
    known, others = (decisions.loc[decisions["kind"] == kind, "known"] for kind in ("picture", "other theme"))
    wrong = curves.risk_coverage(predictions.actual, predictions.probabilities)
    return pandas.concat([wrong, curves.other_themes_coverage(known, others)]) if len(others) else wrong


def write_result(predictions: Predictions, sets: pandas.DataFrame, confidence_level: float) -> None:
    """Draw the confusion matrix and the ROC curves; the title is the accuracy with its interval."""
    families = list(sets.loc[predictions.ids, "family"])
    low, high = accuracy_interval(predictions.correct, families, confidence_level)
    accuracy = f"Accuracy {predictions.correct.mean():.1%} ({low:.1%} to {high:.1%})"
    write_bytes(draw_result(predictions, f"{accuracy} on {len(predictions.ids):,} test pictures"), paths.result)


def write_slices(
    predictions: Predictions, sets: pandas.DataFrame, squares: Iterable[np.ndarray], confidence_level: float
) -> None:
    """Write the accuracy on each slice of the test pictures, and the worst slice."""
    tested = sets.loc[predictions.ids]
    kinds = picture_kinds(tested, squares).assign(**{"name and year": list(tested["namesakes"])})
    table = slice_table(predictions.correct, list(tested["family"]), kinds, confidence_level)
    write_csv(table, paths.slices)
    write_json(worst_slice(table), paths.slice_metrics)


def write_cross_validation(held_out: Predictions, sets: pandas.DataFrame, params: Params) -> None:
    """Write the scores of the held-out predictions, if there are any, and a comparison with other ways to split."""
    level = params.evaluate.confidence_level
    scores = held_out_scores(held_out, list(sets.loc[held_out.ids, "family"]), level)
    folds = params.cross_validate.folds if held_out.ids else 0
    write_json({"folds": folds, **scores}, paths.cross_validation_metrics)
    pairs = near_pairs(list(sets["perceptual_hash"]), params.regroup.duplicate_distance)
    write_csv(split_table(read_csv(paths.other_splits), sets, pairs, level), paths.splits)


@cache
def vega_library() -> bytes:
    """Return Vega, Vega-Lite and Vega-Embed as one script that defines `vegaEmbed`, for the page of plots."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE).encode()


def card_facts(params: Params) -> dict[str, Any]:
    """Return every value that the template of the model card needs."""
    counts = read_csv(paths.labels_plot).pivot(index="label", columns="split", values="pictures")[list(SPLITS)]
    return {
        **{name: read_json(path) for name, path in MEASURED.items()},
        "train_params": params.train.model_dump(),
        "networks": params.train.networks,
        "from_scratch": not params.train.is_pretrained,
        "size": params.resize.size,
        "level": params.evaluate.confidence_level,
        "promised_with": params.export.confidence_level,
        "views": params.export.views,
        "even_chance": EVEN_CHANCE,
        "cross_validate": params.cross_validate.model_dump(),
        "terms": params.source.terms,
        "labels": counts.reset_index().to_dict("records"),
        "photo_counts": photo_counts(read_csv(paths.photos_table)),
        "splits": read_csv(paths.splits).to_dict("records"),
        "sha256": file_sha256(paths.model),
    }


def photo_counts(photos: pandas.DataFrame) -> dict[str, dict[str, int]]:
    """Return the number of all own photos in each split, and of those of other themes."""
    is_other = photos["label"] == NONE_OF_THESE
    of_split = {split: photos["split"] == split for split in ("train", "test")}
    return {
        split: {"all": int(found.sum()), "other": int((found & is_other).sum())} for split, found in of_split.items()
    }


if __name__ == "__main__":
    main()
