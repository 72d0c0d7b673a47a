"""How sure the served model is, and how often it is then right, on every family: python -m benchmarks.five_fold

Repeats everything from `resize` on for each of five folds of the families, with the fold as the test split: pictures,
photograph-like views of them, and sets of other themes. Photos in data/photos are scored by each of the five models;
set `photos.train: 0` to keep all of them out of training. Run it after `dvc repro`, on the data that is then in data/.
Finished folds are kept in --results, so that a stopped run goes on. After an edit that affects only the last stages,
`--again export evaluate` repeats these in the finished folds.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
from sklearn.metrics import f1_score

from stages import paths
from themer.base.tables import read_csv, write_csv
from themer.dataset.splits import split
from themer.scoring.intervals import accuracy_interval
from themer.scoring.prediction_table import read_predictions
from themer.validation.folds import folds

PROJECT = Path(__file__).parent.parent
FOLDS = 5
STAGES = ("resize", "features", "train", "cross_validate", "export", "evaluate")
SHARED = (paths.thumbnails, paths.thumbnails_table, paths.labelled, paths.photos)
TRAINING_SHARES = {"train": 0.8, "validation": 0.2}
LEVEL = 0.95


def main() -> None:
    """Run the folds that are not finished, and print the rates over all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path(".five_fold"), help="a folder for finished folds")
    parser.add_argument("--params", type=Path, default=paths.params, help="of each fold")
    parser.add_argument("--again", nargs="+", choices=STAGES, default=(), help="stages to repeat in finished folds")
    args = parser.parse_args()
    dataset, others = read_csv(paths.dataset), read_csv(paths.other_themes)
    of_sets = folds(dataset["label"], dataset["family"], FOLDS, seed=0)
    of_others = folds(["other"] * len(others), others["family"], FOLDS, seed=0)
    for fold in range(FOLDS):
        folder = args.results / f"fold {fold}"
        finished = (folder / paths.theme_metrics).exists()
        if args.again or not finished:
            prepare(folder, args.params)
        if not finished:
            write_csv(with_test_split(dataset, dataset["label"], of_sets == fold), folder / paths.dataset)
            write_csv(
                with_test_split(others, pandas.Series("other", others.index), of_others == fold),
                folder / paths.other_themes,
            )
        for stage in args.again if finished else STAGES:
            run(stage, folder)
    report([args.results / f"fold {fold}" for fold in range(FOLDS)])


def prepare(folder: Path, params: Path) -> None:
    """Make the folder of a fold, with links to what all folds share."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / paths.params).write_bytes(params.read_bytes())
    for path in SHARED:
        if not (folder / path).is_symlink():
            (folder / path).symlink_to(path.resolve())


def with_test_split(table: pandas.DataFrame, labels: pandas.Series, held_out: np.ndarray) -> pandas.DataFrame:
    """Return a table whose test split are the pictures that are held out; a fifth of the others validate."""
    rest, splits = table[~held_out], np.full(len(table), "test", object)
    splits[~held_out] = split(list(labels[~held_out]), list(rest["family"]), TRAINING_SHARES, seed=0)
    return table.assign(split=splits)


def run(stage: str, folder: Path) -> None:
    """Run a stage in a folder; its messages go to a log there."""
    with (folder / f"{stage}.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", f"stages.{stage}"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT.resolve())},
            stdout=log,
            stderr=log,
            check=True,
        )


def report(folders: list[Path]) -> None:
    """Print the rates, with intervals that count families."""
    decisions = pandas.concat([read_csv(folder / paths.test_decisions) for folder in folders])
    for kind, rows in decisions.groupby("kind", sort=False):
        sure, correct = ((rows[name] == "yes").to_numpy() for name in ("sure", "correct"))
        print(f"{kind}, {len(rows)}: answered {rate(sure, rows['family'])}", end="")
        print(
            "" if "other theme" in str(kind) else f", then correct {rate(correct[sure], rows['family'][sure])}", end=""
        )
        print("" if "other theme" in str(kind) else f", best guess correct {rate(correct, rows['family'])}")
    predictions = [read_predictions(folder / paths.test_predictions) for folder in folders]
    actual = np.concatenate([one.actual for one in predictions])
    predicted = np.concatenate([one.predicted for one in predictions])
    print(f"best guess of the pictures: macro-F1 {f1_score(actual, predicted, average='macro'):.3f}")
    photos = pandas.DataFrame([json.loads((folder / paths.photo_metrics).read_text()) for folder in folders])
    print(f"photos: {photos['photos'].tolist()}")
    for name in ("accuracy", "answered", "answered_accuracy"):
        if name in photos:
            mean, low, high = (photos[f"{name}{end}"].mean() for end in ("", "_low", "_high"))
            each = photos[name].round(3).tolist()
            print(f"photos, {name}: mean {mean:.3f} (mean interval {low:.3f} to {high:.3f}), each model {each}")


def rate(happens: np.ndarray, families: pandas.Series) -> str:
    """Return a share with its interval."""
    low, high = accuracy_interval(happens, list(families), LEVEL)
    return f"{happens.mean():.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
