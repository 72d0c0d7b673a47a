"""Answer for the test pictures with the trained model, and report how good the answers are."""

import argparse
from pathlib import Path

import numpy as np
import pandas
from tqdm import tqdm

from themer import scores
from themer.answer_tables import Answers, write_answers
from themer.errors import UserError, explained
from themer.files import read_csv, write_csv, write_json
from themer.params import load_params
from themer.predictor import Predictor
from themer.shards import ShardSummary, read_split, read_summary

SPLIT = "test"
BATCH_SIZE = 32
# What is compared between two runs; the rest of the headline is drawn.
COMPARED = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss", "baseline_accuracy", "pictures")


@explained
def main(argv: list[str] | None = None) -> None:
    """Write the answers for the test pictures and the figures about them and about the user's own photos."""
    args = arguments(argv)
    level = load_params(args.params).evaluate.confidence_level
    summary, predictor = read_summary(args.shards), Predictor.load(args.model, args.index)
    check_fit(predictor, args.model, summary, args.shards)
    dataset = read_csv(args.dataset).set_index("set_id")
    found = answered(predictor, args.shards, summary)
    families = families_of(found.ids, dataset["family"], args.dataset)
    baseline = largest_theme(dataset, summary.labels)
    figures = scores.headline(found.actual, found.probabilities, families, baseline, level)
    write_json(compared(figures, found, predictor.description.temperature), args.metrics)
    write_json(photo_figures(predictor, args, level), args.photo_metrics)
    write_json(scores.theme_scores(found.actual, found.probabilities, summary.labels), args.themes)
    write_csv(scores.headline_table(figures), args.headline)
    write_answers(found, args.answers)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--model", type=Path, required=True, help="the classifier to judge")
    parser.add_argument("--index", type=Path, required=True, help="index of features that belongs to the classifier")
    parser.add_argument("--shards", type=Path, required=True, help="folder of shards with the test split")
    parser.add_argument("--photos", type=Path, required=True, help="folder of shards with the user's own photos")
    parser.add_argument("--photo-table", type=Path, required=True, help="table with the family of each photo")
    parser.add_argument("--dataset", type=Path, required=True, help="table of set_id, label, family and split")
    parser.add_argument("--answers", type=Path, required=True, help="where the answer for each test picture goes (CSV)")
    parser.add_argument("--metrics", type=Path, required=True, help="where the headline figures go (JSON)")
    parser.add_argument("--photo-metrics", type=Path, required=True, help="where the photos' figures go (JSON)")
    parser.add_argument("--themes", type=Path, required=True, help="where the figures per theme go (JSON)")
    parser.add_argument("--headline", type=Path, required=True, help="where the plotted headline goes (CSV)")
    return parser.parse_args(argv)


def check_fit(predictor: Predictor, model: Path, summary: ShardSummary, shards: Path) -> None:
    """Raise UserError unless the model knows the shards' labels and size, and there is something to answer."""
    if predictor.labels != summary.labels:
        raise UserError(
            f"{model} knows the themes {', '.join(predictor.labels)}, but {shards} holds "
            f"{', '.join(summary.labels)}. Train again: dvc repro"
        )
    if predictor.description.size != summary.size:
        raise UserError(
            f"{model} takes pictures of {predictor.description.size} px, but those in {shards} have {summary.size} px. "
            "Train again: dvc repro"
        )
    if summary.pictures.get(SPLIT, 0) == 0:
        raise UserError(
            f"{shards}: the split {SPLIT!r} holds no pictures, so there is nothing to judge the model by. "
            "Raise regroup.split.test or fetch more sets."
        )


def answered(predictor: Predictor, shards: Path, summary: ShardSummary) -> Answers:
    """Return the model's answers for the pictures of the split "test"."""
    ids: list[str] = []
    actual = [np.empty(0, np.int64)]
    probabilities, sure = [np.empty((0, len(summary.labels)), np.float32)], [np.empty(0, bool)]
    with tqdm(total=summary.pictures[SPLIT], desc=SPLIT, unit=" pictures") as progress:
        for batch in read_split(shards, SPLIT).batch(BATCH_SIZE).as_numpy_iterator():
            ids.extend(set_id.decode() for set_id in batch["set_id"])
            actual.append(batch["label"])
            found = predictor.assess(batch["image"])
            probabilities.append(found.probabilities)
            sure.append(found.sure)
            progress.update(len(batch["label"]))
    return Answers(ids, np.concatenate(actual), np.concatenate(probabilities), np.concatenate(sure), predictor.labels)


def compared(figures: dict[str, float], found: Answers, temperature: float) -> dict[str, float]:
    """Return the figures that two runs are compared by: those of the headline, and how far the model can be trusted."""
    trust = scores.confidence_figures(found.actual, found.probabilities, found.sure, temperature)
    return {name: figures[name] for name in COMPARED} | trust


def photo_figures(predictor: Predictor, args: argparse.Namespace, confidence_level: float) -> dict[str, float]:
    """Return how well the user's own photos are answered that training did not see, all in all and by theme."""
    summary = read_summary(args.photos)
    found = answered(predictor, args.photos, summary)
    families = families_of(found.ids, read_csv(args.photo_table).set_index("photo")["family"], args.photo_table)
    return scores.photo_figures(
        found.actual, found.probabilities, found.sure, families, summary.labels, confidence_level
    )


def largest_theme(dataset: pandas.DataFrame, labels: list[str]) -> int:
    """Return the index of the theme with the most training pictures, the first by name among equals."""
    training = dataset.loc[dataset["split"] == "train", "label"]
    return int(np.argmax([np.sum(training == label) for label in labels]))


def families_of(ids: list[str], family_of: pandas.Series, path: Path) -> list[str]:
    """Return the family of each set or photo; raise UserError if the column, from the table at `path`, lacks one."""
    unknown = [one for one in ids if one not in family_of.index]
    if unknown:
        raise UserError(
            f"{path}: {len(unknown)} of {len(ids)} test pictures are not in this table, {unknown[0]} among them. "
            "The shards were made from another one; make them again: dvc repro"
        )
    return [str(family) for family in family_of[ids]]


if __name__ == "__main__":
    main()
