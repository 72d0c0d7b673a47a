"""Report how well the model names the themes of the test split."""

import argparse
from pathlib import Path

import numpy as np
import pandas
from tqdm import tqdm

from themer import scores
from themer.contact_sheet import Tile, draw_sheet
from themer.errors import UserError, explained
from themer.files import read_csv, write_bytes, write_csv, write_json
from themer.params import load_params
from themer.predictor import Predictor
from themer.result_picture import draw_result
from themer.shards import ShardSummary, read_split, read_summary

SPLIT = "test"
BATCH_SIZE = 32


@explained
def main(argv: list[str] | None = None) -> None:
    """Answer for every test picture; write the figures, the tables behind the plots and the contact sheet."""
    args = arguments(argv)
    settings = load_params(args.params).evaluate
    summary, predictor = read_summary(args.shards), Predictor.load(args.model, args.index)
    check_fit(predictor, args.model, summary, args.shards)
    dataset = read_csv(args.dataset).set_index("set_id")
    set_ids, actual, probabilities, sure = answers(predictor, args.shards, summary)
    baseline = largest_theme(dataset, summary.labels)
    families = families_of(set_ids, dataset["family"], args.dataset)
    figures = scores.headline(actual, probabilities, families, baseline, settings.confidence_level)
    trust = scores.confidence_figures(actual, probabilities, sure, predictor.description.temperature)
    write_json({**figures, **trust}, args.metrics)
    write_json(photo_figures(predictor, args, settings.confidence_level), args.photo_metrics)
    write_json(scores.theme_scores(actual, probabilities, summary.labels), args.themes)
    write_csv(scores.headline_table(figures), args.headline)
    write_csv(scores.confusion_table(actual, probabilities.argmax(axis=1), summary.labels), args.confusion)
    write_csv(scores.roc_table(actual, probabilities, summary.labels), args.roc)
    write_bytes(draw_result(words_of(figures), actual, probabilities, summary.labels), args.result)
    write_bytes(mistakes_sheet(args.shards, set_ids, actual, probabilities, settings.mistakes), args.mistakes)


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
    parser.add_argument("--metrics", type=Path, required=True, help="where the headline figures go (JSON)")
    parser.add_argument("--photo-metrics", type=Path, required=True, help="where the photos' figures go (JSON)")
    parser.add_argument("--themes", type=Path, required=True, help="where the figures per theme go (JSON)")
    parser.add_argument("--headline", type=Path, required=True, help="where the plotted headline goes (CSV)")
    parser.add_argument("--confusion", type=Path, required=True, help="where the confusion matrix goes (CSV)")
    parser.add_argument("--roc", type=Path, required=True, help="where the ROC curves go (CSV)")
    parser.add_argument("--result", type=Path, required=True, help="where the picture of the result goes (PNG)")
    parser.add_argument("--mistakes", type=Path, required=True, help="where the contact sheet goes (PNG)")
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


def answers(
    predictor: Predictor, shards: Path, summary: ShardSummary
) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Return the test split's ids, the indices of their themes, float32 probabilities [n, classes], and who is sure."""
    set_ids: list[str] = []
    actual = [np.empty(0, np.int64)]
    probabilities, sure = [np.empty((0, len(summary.labels)), np.float32)], [np.empty(0, bool)]
    with tqdm(total=summary.pictures[SPLIT], desc=SPLIT, unit=" pictures") as progress:
        for batch in read_split(shards, SPLIT).batch(BATCH_SIZE).as_numpy_iterator():
            set_ids.extend(set_id.decode() for set_id in batch["set_id"])
            actual.append(batch["label"])
            found = predictor.assess(batch["image"])
            probabilities.append(found.probabilities)
            sure.append(found.sure)
            progress.update(len(batch["label"]))
    return set_ids, np.concatenate(actual), np.concatenate(probabilities), np.concatenate(sure)


def photo_figures(predictor: Predictor, args: argparse.Namespace, confidence_level: float) -> dict[str, float]:
    """Return how well the user's own photos are answered that training did not see, all in all and by theme."""
    summary = read_summary(args.photos)
    photos, actual, probabilities, sure = answers(predictor, args.photos, summary)
    families = families_of(photos, read_csv(args.photo_table).set_index("photo")["family"], args.photo_table)
    return scores.photo_figures(actual, probabilities, sure, families, summary.labels, confidence_level)


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


def words_of(figures: dict[str, float]) -> str:
    """Return the headline figures as the title of the picture of the result."""
    return (
        f"{figures['accuracy']:.1%} of {figures['pictures']:,} test pictures right "
        f"({figures['accuracy_low']:.1%} to {figures['accuracy_high']:.1%}); "
        f"always the largest theme: {figures['baseline_accuracy']:.1%}"
    )


def mistakes_sheet(shards: Path, set_ids: list[str], actual: np.ndarray, probabilities: np.ndarray, most: int) -> bytes:
    """Return a PNG of the most confident mistakes or, where there are none, of the least certain answers."""
    positions = scores.worst_mistakes(actual, probabilities, most) or scores.least_certain(probabilities, most)
    title, subtitle = words_for(int(np.sum(probabilities.argmax(axis=1) != actual)), len(actual), len(positions))
    labels, pictures = read_summary(shards).labels, pictures_of(shards, positions)
    tiles = [
        Tile(
            picture=pictures[position],
            set_id=set_ids[position],
            actual=labels[actual[position]],
            predicted=labels[probabilities[position].argmax()],
            actual_probability=float(probabilities[position, actual[position]]),
            predicted_probability=float(probabilities[position].max()),
        )
        for position in positions
    ]
    return draw_sheet(title, f"{subtitle} A percentage is the probability that the model gave to the theme.", tiles)


def words_for(mistakes: int, pictures: int, shown: int) -> tuple[str, str]:
    """Return the title and the subtitle of the contact sheet."""
    if mistakes == 0:
        return f"No mistakes: the {shown} least certain answers", f"All {pictures:,} test pictures got the right theme."
    all_shown = f"All {mistakes} mistakes, the most confident first" if mistakes > 1 else "The only mistake"
    title = all_shown if shown == mistakes else f"The {shown} most confident mistakes"
    return title, f"{mistakes:,} of {pictures:,} test pictures got a wrong theme."


def pictures_of(shards: Path, positions: list[int]) -> dict[int, np.ndarray]:
    """Return the pictures at these positions of the test split, reading it once more and keeping no others."""
    wanted = set(positions)
    split = read_split(shards, SPLIT).as_numpy_iterator()
    return {position: example["image"] for position, example in enumerate(split) if position in wanted}


if __name__ == "__main__":
    main()
