"""Candidates for the boundary to other themes, on every family: python -m benchmarks.boundary_candidates

Reads the finished folds of `python -m benchmarks.five_fold` in --results, and writes nothing. Each row of the table is
a candidate: the shares that pass of the test pictures of other themes, of those of the labels, and of photos of the
labels. A picture passes if its score is above the candidate's threshold, the lowest that at most ACCEPTED of other
themes' training and validation pictures pass; these are scored without their family. The product's boundary learned
from views of the pictures too. The others learn from the pictures alone.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas
from ai_edge_litert.interpreter import Interpreter  # type: ignore[import-untyped]
from scipy.special import logsumexp, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from stages import paths
from themer.answering.abstention import Boundary, rooted
from themer.answering.index import SHARES_NAME
from themer.answering.nearest import nearest_distances
from themer.answering.runtime import ModelOutputs
from themer.base.engines import local_threads
from themer.base.tables import column_by_set, read_csv
from themer.exporting.index_writer import NEIGHBOURS
from themer.exporting.other_themes import FOLDS, Moments, classes_of, fit_boundary, folds_of
from themer.exporting.served_outputs import splits_of
from themer.features.embedding import Picture, loaded, numbered, tasks, unchanged
from themer.shards.files import OTHER, read_examples, read_summary

ACCEPTED = 0.05
PRODUCT = "discriminant, a class for each root theme, with views (the product's)"
# Of standardized features. Of 1e-4 to 1 the one that passes most photos at about the coverage of the product.
INVERSE_REGULARIZATION = 0.001
OTHERS, LABELS = f"{paths.shards.name}/{OTHER}test", f"{paths.shards.name}/test"
COLUMNS = {"other themes": OTHERS, "labels": LABELS, "photos of labels": f"{paths.photo_shards.name}/test"}


class Pictures(NamedTuple):
    """What a fold's model makes of n pictures; every array has n rows.

    `split` is a folder of shards and a split of it, such as "shards/other_test". `theme` is the label, or the theme of
    a picture without one. `logits` is float32 [n, labels]; `features` and `block_features` are float32 [n, width], rows
    of length 1.
    """

    split: np.ndarray
    theme: np.ndarray
    family: np.ndarray
    is_other: np.ndarray
    logits: np.ndarray
    features: np.ndarray
    block_features: np.ndarray

    def at(self, rows: np.ndarray) -> "Pictures":
        """Return some of the pictures, bool [n]."""
        return Pictures(*(column[rows] for column in self))


# The score of each picture, float [n]: the higher, the more it looks like the labels' themes.
Score = Callable[[Pictures], np.ndarray]
Fit = Callable[[Pictures], Score]


def main() -> None:
    """Print a row for each candidate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path(".five_fold"), help="the folder with the finished folds")
    results = parser.parse_args().results
    folders = [folder for folder in sorted(results.glob("fold *")) if (folder / paths.theme_metrics).exists()]
    if not folders:
        parser.error("there are no finished folds. Run: python -m benchmarks.five_fold")
    found = pandas.concat([part for folder in tqdm(folders, unit=" folds") for part in judged(folder)])
    print(f"| candidate | {' | '.join(COLUMNS)} | AUC, mean of folds |\n" + "|---" * (len(COLUMNS) + 2) + "|")
    for name, rows in found.groupby("candidate", sort=False):
        shares = [f"{rows.loc[rows['split'] == split, 'passes'].mean():.3f}" for split in COLUMNS.values()]
        areas = [area(of_fold) for _, of_fold in rows.groupby("fold")]
        print(f"| {name} | {' | '.join(shares)} | {np.mean(areas):.3f} |")


def area(rows: pandas.DataFrame) -> float:
    """Return the area under the ROC curve between the labels' and other themes' test pictures of a fold."""
    pictures = rows[rows["split"].isin([LABELS, OTHERS])]
    return float(roc_auc_score(pictures["split"] == LABELS, pictures["score"]))


def judged(folder: Path) -> Iterator[pandas.DataFrame]:
    """Yield for each candidate a row for each test picture of a fold: its split, its score and whether it passes."""
    pictures = read_pictures(folder)
    is_test = np.array([split.endswith("test") for split in pictures.split])
    known, tested = pictures.at(~is_test), pictures.at(is_test)
    scores = {name: (held_out(fit, known)[known.is_other], fit(known)) for name, fit in CANDIDATES.items()}
    scores[PRODUCT] = products(folder, len(set(known.theme[~known.is_other])))
    for name, (of_others, score) in scores.items():
        found, threshold = score(tested), np.quantile(of_others, 1 - ACCEPTED, method="higher")
        columns = {"split": tested.split, "score": found, "passes": found > threshold}
        yield pandas.DataFrame({"candidate": name, "fold": folder.name, **columns})


def held_out(fit: Fit, pictures: Pictures) -> np.ndarray:
    """Return the score of each picture, float [n], fitted on the pictures of other families."""
    scores, fold_of = np.zeros(len(pictures.family)), folds_of(list(pictures.family))
    for fold in range(FOLDS):
        scores[fold_of == fold] = fit(pictures.at(fold_of != fold))(pictures.at(fold_of == fold))
    return scores


def products(folder: Path, label_count: int) -> tuple[np.ndarray, Score]:
    """Return the product's held-out scores of other themes' pictures, and its score."""
    shares = read_csv(folder / paths.index / SHARES_NAME)
    boundary = Boundary.read(folder / paths.index, label_count)
    return shares.loc[shares["other"] == "yes", "share"].to_numpy(float), partial(share, boundary)


def read_pictures(folder: Path) -> Pictures:
    """Return what a fold's model makes of all its pictures and photos."""
    photos = read_csv(folder / paths.photos_table, "photo", "family")
    families = dict(zip(photos["photo"], photos["family"], strict=True))
    families |= column_by_set(folder / paths.dataset, "family") | column_by_set(folder / paths.other_themes, "family")
    model, parts = (folder / paths.model).read_bytes(), []
    for shards in (folder / paths.shards, folder / paths.photo_shards):
        counts = read_summary(shards).pictures
        parts += [of_split(model, shards, split, families) for split in splits_of(counts) if counts[split]]
    return Pictures(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def of_split(model: bytes, shards: Path, split: str, families: dict[str, str]) -> Pictures:
    """Return what a `.tflite` file, given its content, makes of a split that has pictures."""
    summary, is_other, examples = read_summary(shards), split.startswith(OTHER), list(read_examples(shards, split))
    themes = summary.other_themes if is_other else summary.labels
    work = local_threads().ordered_map(partial(outputs_of, model), tasks(numbered(examples)))
    return Pictures(
        np.full(len(examples), f"{shards.name}/{split}", object),
        np.array([themes[example.label] for example in examples], object),
        np.array([families[example.set_id] for example in examples], object),
        np.full(len(examples), is_other),
        *(np.concatenate(parts) for parts in zip(*work, strict=True)),
    )


def outputs_of(model: bytes, pictures: list[Picture]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the logits of some pictures, their features and their block features."""
    run = loaded("candidates", model, signature_runner)
    found = [run(pixels=unchanged(picture)[np.newaxis].astype(np.float32)) for picture in pictures]
    joined = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    outputs = ModelOutputs.of(joined)
    return joined["logits"], outputs.features, outputs.block_features


def signature_runner(model: bytes) -> Callable[..., dict[str, np.ndarray]]:
    """Return a function that runs a model on one thread."""
    interpreter = Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    run: Callable[..., dict[str, np.ndarray]] = interpreter.get_signature_runner()
    return run


def largest_probability(_: Pictures) -> Score:
    """Return the probability of the best label: Hendrycks and Gimpel 2017, https://arxiv.org/abs/1610.02136."""
    return lambda pictures: softmax(pictures.logits, axis=1).max(axis=1)


def energy(_: Pictures) -> Score:
    """Return the negative energy of the logits: Liu et al. 2020, https://arxiv.org/abs/2010.03759."""
    return lambda pictures: logsumexp(pictures.logits, axis=1)


def distance(of_labels: bool, fitted: Pictures) -> Score:
    """Return the closeness to the nearest pictures, of the labels alone or of all."""
    near = fitted.features[~fitted.is_other] if of_labels else fitted.features
    return lambda pictures: -nearest_distances(pictures.features, near, NEIGHBOURS)[:, -1]


def classifier(fit: Callable[[np.ndarray, np.ndarray, int], Boundary], by_root: bool, fitted: Pictures) -> Score:
    """Return the labels' share of the probability, with a class for each other root theme or one for all of them."""
    labels = sorted(set(fitted.theme[~fitted.is_other]))
    classes, _ = classes_of(list(fitted.theme), fitted.is_other, labels)
    used = np.unique(classes if by_root else np.minimum(classes, len(labels)), return_inverse=True)[1]
    return partial(share, fit(fitted.block_features, used, len(labels)))


def share(boundary: Boundary, pictures: Pictures) -> np.ndarray:
    """Return the probability that pictures show one of the labels."""
    return boundary.probability(pictures.block_features)


def discriminant(features: np.ndarray, classes: np.ndarray, label_count: int) -> Boundary:
    """Return the discriminant of the product."""
    moments = Moments.empty(classes.max() + 1, features.shape[1])
    moments.add(features, classes)
    return fit_boundary(moments, label_count)


def regression(features: np.ndarray, classes: np.ndarray, label_count: int) -> Boundary:
    """Return a logistic regression on the roots of block features, standardized."""
    scaler = StandardScaler().fit(rooted(features))
    model = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=1000)
    found = model.fit(scaler.transform(rooted(features)), classes)
    kernel = found.coef_ / scaler.scale_
    return Boundary(np.column_stack([kernel, found.intercept_ - kernel @ scaler.mean_]), label_count)


CANDIDATES: dict[str, Fit] = {
    "largest probability": largest_probability,
    "energy of the logits": energy,
    "distance to the nearest pictures": partial(distance, False),
    "distance to the labels' nearest pictures": partial(distance, True),
    "reject class, logistic regression": partial(classifier, regression, False),
    "a class for each root theme, logistic regression": partial(classifier, regression, True),
    "reject class, discriminant": partial(classifier, discriminant, False),
    "a class for each root theme, discriminant": partial(classifier, discriminant, True),
}

if __name__ == "__main__":
    main()
