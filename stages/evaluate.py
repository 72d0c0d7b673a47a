"""Predict the test pictures with the served model, and score the predictions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas
from tqdm import tqdm

from stages import paths
from themer.answering.predictor import Predictor
from themer.base.errors import UserError, explained
from themer.base.files import write_json
from themer.base.params_file import load_params
from themer.base.tables import read_csv, write_csv
from themer.scoring import scores
from themer.scoring.prediction_table import Predictions, write_predictions
from themer.shards.files import OTHER, read_batches, read_summary, require_fit

SPLIT = "test"
BATCH_SIZE = 32
# The headline scores that go into the metrics file. The others are only plotted.
COMPARED = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "baseline_accuracy", "pictures")


@explained
def main() -> None:
    """Write the predictions of the test pictures, their scores, and the scores on the user's held-out photos."""
    confidence_level = load_params(paths.params).evaluate.confidence_level
    predictor = Predictor.load(paths.model, paths.index)
    require_fit(predictor.labels, predictor.description.size, paths.shards)
    require_test_pictures()
    dataset = read_csv(paths.dataset).set_index("set_id")
    found, sure = predict_split(predictor, paths.shards)
    families = families_of(found.ids, dataset["family"], paths.dataset)
    baseline = most_frequent_label(dataset, predictor.labels)
    headline = scores.headline(found.actual, found.probabilities, families, baseline, confidence_level)
    confidence = scores.confidence_scores(found.actual, found.probabilities, sure, predictor.description.temperature)
    others = other_theme_scores(predictor)
    write_json({name: headline[name] for name in COMPARED} | confidence | others, paths.evaluate_metrics)
    write_json(photo_scores(predictor, confidence_level), paths.photo_metrics)
    write_json(scores.theme_scores(found.actual, found.probabilities, predictor.labels), paths.theme_metrics)
    write_csv(scores.headline_table(headline), paths.headline)
    write_predictions(found, "sure", np.where(sure, "yes", "no").tolist(), paths.test_predictions)


def require_test_pictures() -> None:
    """Raise UserError if the test split is empty."""
    if read_summary(paths.shards).pictures.get(SPLIT, 0) == 0:
        raise UserError(
            f"{paths.shards}: the split {SPLIT!r} holds no pictures, so the model can't be evaluated. "
            "Raise regroup.split.test or fetch more sets."
        )


def predict_split(predictor: Predictor, shards: Path, split: str = SPLIT) -> tuple[Predictions, np.ndarray]:
    """Return the predictions of a split in a folder of shards, and whether the model is sure, bool [n]."""
    ids: list[str] = []
    actual = [np.empty(0, np.int64)]
    probabilities, sure = [np.empty((0, len(predictor.labels)), np.float32)], [np.empty(0, bool)]
    with tqdm(total=read_summary(shards).pictures[split], desc=split, unit=" pictures") as progress:
        for batch in read_batches(shards, split, BATCH_SIZE):
            ids.extend(batch.set_ids)
            actual.append(batch.labels)
            assessment = predictor.assess(batch.pixels)
            probabilities.append(assessment.probabilities)
            sure.append(assessment.sure)
            progress.update(len(batch.labels))
    found = Predictions(ids, np.concatenate(actual), np.concatenate(probabilities), predictor.labels)
    return found, np.concatenate(sure)


def other_theme_scores(predictor: Predictor) -> dict[str, float]:
    """Return the number of test pictures of other themes, and the share of them that gets a label; none, no share."""
    split = f"{OTHER}{SPLIT}"
    if not read_summary(paths.shards).pictures.get(split, 0):
        return {"other_themes": 0}
    _, sure = predict_split(predictor, paths.shards, split)
    return {"other_themes": len(sure), "other_themes_answered": float(np.mean(sure))}


def photo_scores(predictor: Predictor, confidence_level: float) -> dict[str, float]:
    """Return the scores on the user's held-out photos, overall and by label."""
    found, sure = predict_split(predictor, paths.photo_shards)
    families = families_of(found.ids, read_csv(paths.photos_table).set_index("photo")["family"], paths.photos_table)
    return scores.photo_scores(found.actual, found.probabilities, sure, families, predictor.labels, confidence_level)


def most_frequent_label(dataset: pandas.DataFrame, labels: list[str]) -> int:
    """Return the index of the label with the most training pictures; among equals, the first."""
    training = dataset.loc[dataset["split"] == "train", "label"]
    return int(np.argmax([np.sum(training == label) for label in labels]))


def families_of(ids: Sequence[str], family_of: pandas.Series, path: Path) -> list[str]:
    """Return the family of each set or photo; raise UserError if one is missing from the table at `path`."""
    unknown = [name for name in ids if name not in family_of.index]
    if unknown:
        raise UserError(
            f"{path}: {len(unknown)} of {len(ids)} test pictures are missing from this table, such as {unknown[0]}. "
            "The shards were made from another table. Make them again: dvc repro"
        )
    return [str(family) for family in family_of[ids]]


if __name__ == "__main__":
    main()
