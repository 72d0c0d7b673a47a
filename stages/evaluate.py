"""Predict the test pictures with the served model, and score the predictions."""

import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas
from tqdm import tqdm

from stages import paths
from themer.answering.predictor import Assessment, Predictor
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import read_csv, read_rows, write_csv
from themer.scoring import scores
from themer.scoring.prediction_table import Predictions, write_predictions
from themer.shards.files import OTHER, read_batches, read_summary, require_fit

SPLIT = "test"
BATCH_SIZE = 32
# Pictures that run at the same time, each on one core; their number changes no byte.
WORKERS = os.cpu_count() or 1
# The headline scores that go into the metrics file. The others are only plotted.
COMPARED = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "baseline_accuracy", "pictures")


@dataclass(frozen=True)
class Judged:
    """The predictions of a split, what the model knows about each picture, bool [n] or float32 [n], and its family."""

    predictions: Predictions
    assessment: Assessment
    families: list[str]

    @property
    def sure(self) -> np.ndarray:
        """Whether the model is sure of each picture, bool [n]."""
        return self.assessment.sure


@stage
def main() -> None:
    """Write the predictions of the test pictures, their scores, and the scores on the user's held-out photos."""
    level = load_params(paths.params).evaluate.confidence_level
    predictor = Predictor.load(paths.model, paths.index, at_once=WORKERS)
    require_fit(predictor.labels, predictor.description.size, paths.shards)
    require_test_pictures()
    dataset = read_rows(paths.dataset, "set_id", "label", "family", "split").set_index("set_id")
    tested = judge(predictor, paths.shards, SPLIT, dataset["family"], paths.dataset)
    found, baseline = tested.predictions, most_frequent_label(dataset, predictor.labels)
    headline = scores.headline(found.actual, found.probabilities, tested.families, baseline, level)
    confidence = scores.confidence_scores(found.actual, found.probabilities, predictor.description.temperature)
    family_of_others = read_csv(paths.other_themes, "set_id", "family").set_index("set_id")["family"]
    others = judge_others(predictor, paths.shards, family_of_others)
    views = judge(predictor, paths.view_shards, SPLIT, dataset["family"], paths.dataset)
    viewed_others = judge_others(predictor, paths.view_shards, family_of_others)
    firm = firm_scores(tested, level) | firm_scores(views, level, "views_") | other_scores(others, viewed_others, level)
    shown = {"confidence_level": level} | {name: headline[name] for name in COMPARED}
    write_json(shown | confidence | firm, paths.evaluate_metrics)
    write_json(photo_scores(predictor, level), paths.photo_metrics)
    write_json(scores.theme_scores(found.actual, found.probabilities, predictor.labels), paths.theme_metrics)
    write_csv(scores.headline_table(headline), paths.headline)
    write_predictions(found, "sure", np.where(tested.sure, "yes", "no").tolist(), paths.test_predictions)
    kinds = {"picture": tested, "view": views, "other theme": others, "view of other theme": viewed_others}
    write_csv(pandas.concat([decisions(kind, judged) for kind, judged in kinds.items()]), paths.test_decisions)


def require_test_pictures() -> None:
    """Raise UserError if the test split is empty."""
    if read_summary(paths.shards).pictures.get(SPLIT, 0) == 0:
        raise UserError(
            f"{paths.shards}: the split {SPLIT!r} holds no pictures, so the model can't be evaluated. "
            "Raise regroup.split.test or fetch more sets."
        )


def judge(predictor: Predictor, shards: Path, split: str, family_of: pandas.Series, table: Path) -> Judged:
    """Predict a split in a folder of shards; `family_of` is the family of each picture, from `table`."""
    ids: list[str] = []
    actual = [np.empty(0, np.int64)]
    size = predictor.description.size
    parts = [predictor.assess(np.empty((0, size, size, 3), np.uint8))]
    with tqdm(total=read_summary(shards).pictures.get(split, 0), desc=split, unit=" pictures") as progress:
        for batch in read_batches(shards, split, BATCH_SIZE) if progress.total else ():
            ids.extend(batch.set_ids)
            actual.append(batch.labels)
            parts.append(predictor.assess(batch.pixels))
            progress.update(len(batch.labels))
    assessment = Assessment(*(np.concatenate(columns) for columns in zip(*map(astuple, parts), strict=True)))
    found = Predictions(ids, np.concatenate(actual), assessment.probabilities, predictor.labels)
    return Judged(found, assessment, families_of(ids, family_of, table))


def judge_others(predictor: Predictor, shards: Path, family_of: pandas.Series) -> Judged:
    """Predict the test pictures of other themes in a folder of shards, which may have none."""
    return judge(predictor, shards, f"{OTHER}{SPLIT}", family_of, paths.other_themes)


def firm_scores(judged: Judged, confidence_level: float, prefix: str = "") -> dict[str, float]:
    """Return how often the model is sure, and how often it is then correct."""
    return scores.firm_scores(judged.predictions.correct, judged.sure, judged.families, confidence_level, prefix)


def other_scores(others: Judged, views: Judged, confidence_level: float) -> dict[str, float]:
    """Return the number of test pictures of other themes, and the share of them and of their views that get a label."""
    if not len(others.sure):
        return {"other_themes": 0}
    return {
        "other_themes": len(others.sure),
        **scores.rate("other_themes_answered", others.sure, others.families, confidence_level),
        **scores.rate("other_themes_views_answered", views.sure, views.families, confidence_level),
    }


def decisions(kind: str, judged: Judged) -> pandas.DataFrame:
    """Return a row for each picture: whether the model is sure and correct, and from which figures."""
    found, assessment = judged.predictions, judged.assessment
    correct = found.correct & (not kind.endswith("other theme"))
    return pandas.DataFrame(
        {
            "set_id": found.ids,
            "kind": kind,
            "family": judged.families,
            "correct": np.where(correct, "yes", "no"),
            "confidence": found.probabilities.max(axis=1, initial=0),
            "known": assessment.known,
            "sure": np.where(judged.sure, "yes", "no"),
        }
    )


def photo_scores(predictor: Predictor, confidence_level: float) -> dict[str, float]:
    """Return the scores on the user's held-out photos, overall and by label, and on those of other themes."""
    family_of = read_csv(paths.photos_table, "photo", "family").set_index("photo")["family"]
    judged = judge(predictor, paths.photo_shards, SPLIT, family_of, paths.photos_table)
    others = judge(predictor, paths.photo_shards, f"{OTHER}{SPLIT}", family_of, paths.photos_table)
    found = judged.predictions
    scored = scores.photo_scores(
        found.actual, found.probabilities, judged.sure, judged.families, predictor.labels, confidence_level
    )
    if not len(others.sure):
        return scored
    answered = scores.rate("other_photos_answered", others.sure, others.families, confidence_level)
    return scored | {"other_photos": len(others.sure), **answered}


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
