"""Write the index that `themer.answering.index` reads."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer.answering.abstention import Boundary
from themer.answering.index import (
    FEATURES_NAME,
    PHOTOS,
    PICTURES_NAME,
    SHARES_NAME,
    SUMMARY_NAME,
    TRAINING,
    VALIDATION_NAME,
    IndexedPicture,
    IndexSummary,
)
from themer.answering.nearest import nearest_distances
from themer.answering.runtime import ModelOutputs, Runtime
from themer.base.params import SET_ID, SPLITS
from themer.base.quiet_tensorflow import tf
from themer.base.tables import write_csv
from themer.exporting.other_themes import (
    FEWEST_FAMILIES,
    FOLDS,
    Moments,
    calibrated,
    classes_of,
    fit_boundary,
    folds_of,
    total,
)
from themer.exporting.thresholds import write_index_summary
from themer.features.tf_pictures import read_split, viewed_image
from themer.features.views import Views, centre
from themer.shards.files import OTHER, read_summary, require_fit
from themer.training.confidence import ALWAYS_ABSTAIN

# Chosen by trying: with these the model abstains on 2 % of 267 photographs of real sets and on 82 % of 119 pictures of
# other things.
NEIGHBOURS = 5
QUANTILE = 0.98
PHOTO_VIEWS = 4
PICTURES_PER_BATCH = 32
# The strength of augmentation and the share of photograph-like views, for each view that the boundary is fitted to.
BOUNDARY_VIEWS = ((0.0, 1.0), (0.5, 0.0))
FIRST_BOUNDARY_VIEW = 1_000  # far from the views for the distance limit
SHARES_COLUMNS = ["set_id", "family", "other", "share", "confidence"]


class SetFacts(NamedTuple):
    """A set's name, year and page; each is empty if unknown."""

    name: str
    year: str
    page: str


UNKNOWN = SetFacts("", "", "")
NO_FACTS: Mapping[str, SetFacts] = MappingProxyType({})
NO_FAMILIES: Mapping[str, str] = MappingProxyType({})


def set_facts(labelled: pandas.DataFrame, set_page: str | None) -> dict[str, SetFacts]:
    """Return the facts of each set in a table with set_id, name and year, by set number.

    `set_page` is the address of a set's page, with {set_id} in place of its number.
    """
    rows = zip(labelled["set_id"], labelled["name"], labelled["year"], strict=True)
    page = set_page or ""
    return {set_id: SetFacts(name, year, page.replace(SET_ID, quote(set_id, safe=""))) for set_id, name, year in rows}


def write_index(
    runtime: Runtime,
    shards: Path,
    photos: Path,
    directory: Path,
    made_from: str,
    facts: Mapping[str, SetFacts] = NO_FACTS,
    families: Mapping[str, str] = NO_FAMILIES,
) -> None:
    """Write a model's index of all sets, also those of other themes, and of the user's training photos.

    A share QUANTILE of the validation views is within the distance limit. The model always abstains until
    `choose_thresholds` is called.

    Args:
        runtime: the model.
        shards: the folder with the shards of the sets.
        photos: the folder with the shards of the user's photos.
        directory: the folder to write.
        made_from: the fingerprint to store in the summary.
        facts: the name, year and page of each set, by set number.
        families: the family of each set, by set number; without one, a picture is its own family.

    Raises:
        UserError: there are no shards, or the model has other labels or another input size.
    """
    tf.config.experimental.enable_op_determinism()
    require_fit(runtime.description.labels, runtime.description.size, shards)
    directory.mkdir(parents=True, exist_ok=True)
    # The summary is deleted first and written last, so an interrupted run leaves no valid index.
    (directory / SUMMARY_NAME).unlink(missing_ok=True)
    pictures, width = _write_features(runtime, shards, photos, directory / FEATURES_NAME)
    write_csv(_with_facts(pictures, facts), directory / PICTURES_NAME)
    write_csv(_validation(pictures), directory / VALIDATION_NAME)
    _write_boundary(runtime, shards, pictures, families, directory)
    limit = _distance_limit(runtime, shards, directory, pictures)
    shape = (len(runtime.description.labels), width)
    summary = IndexSummary(runtime.model_sha256, *shape, NEIGHBOURS, QUANTILE, limit, ALWAYS_ABSTAIN, 0.0, made_from)
    write_index_summary(summary, directory)


def _write_features(runtime: Runtime, shards: Path, photos: Path, path: Path) -> tuple[pandas.DataFrame, int]:
    """Write the features of all pictures; return the table of `_described` with each split, and the width."""
    summary = read_summary(shards)
    own = [(name, photos, split) for name, split in zip(PHOTOS, ("train", f"{OTHER}train"), strict=True)]
    sources = [*own, *((split, shards, split) for split in _splits(summary.pictures))]
    sources = [one for one in sources if one[2] in read_summary(one[1]).pictures]
    count = sum(read_summary(source).pictures[split] for _, source, split in sources)
    size, labels = runtime.description.size, np.array(runtime.description.labels)
    width = runtime.run(np.zeros((1, size, size, 3), np.uint8)).features.shape[1]
    parts = []
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f2", "fortran_order": False, "shape": (count, width)})
        for name, source, split in sources:
            total = read_summary(source).pictures[split]
            for batch, outputs in _outputs(runtime, read_split(source, split), total, name):
                file.write(outputs.features.astype("<f2").tobytes())
                known = np.array(read_summary(source).other_themes) if split.startswith(OTHER) else labels
                parts.append(_described(batch, outputs, known).assign(split=name))
    return pandas.concat(parts, ignore_index=True), width


def _splits(pictures: Mapping[str, int]) -> list[str]:
    """Return the splits that shards have, training pictures first."""
    found = [f"{prefix}{split}" for split in SPLITS for prefix in ("", OTHER)]
    return [split for split in found if split in pictures]


def _write_boundary(
    runtime: Runtime, shards: Path, pictures: pandas.DataFrame, families: Mapping[str, str], directory: Path
) -> None:
    """Write the boundary to other themes, and each picture's held-out probability of showing a label.

    Test pictures are left out. With too few pictures of other themes there is no boundary.
    """
    used = ~pictures["split"].str.endswith("test").to_numpy()
    chosen = pictures[used].reset_index(drop=True)
    is_other = chosen["split"].str.startswith(OTHER).to_numpy()
    family_of = np.array([families.get(set_id, set_id) for set_id in chosen["set_id"]])
    boundary, shares = Boundary.none(), np.ones(len(chosen), np.float32)
    if len(np.unique(family_of[is_other])) >= FEWEST_FAMILIES:
        features = np.load(directory / FEATURES_NAME, mmap_mode="r")[used].astype(np.float32)
        classes, class_count = classes_of(list(chosen["label"]), is_other, runtime.description.labels)
        folds = folds_of(list(family_of))
        moments = [Moments.empty(class_count, features.shape[1]) for _ in range(FOLDS)]
        with threadpool_limits(1):
            _add(moments, features, classes, folds)
            for split, views in _boundary_views(runtime, shards):
                rows = (chosen["split"] == split).to_numpy()
                _add(moments, views, classes[rows], folds[rows])
            whole = fit_boundary(total(moments), len(runtime.description.labels))
            boundary, shares = calibrated(whole, moments, features, classes, folds)
    boundary.write(directory)
    other = np.where(is_other, "yes", "no")
    table = chosen[["set_id", "confidence"]].assign(family=family_of, other=other, share=shares)
    write_csv(table[SHARES_COLUMNS], directory / SHARES_NAME)


def _add(moments: list[Moments], features: np.ndarray, classes: np.ndarray, folds: np.ndarray) -> None:
    """Add pictures to the moments of their folds."""
    for fold, of_fold in enumerate(moments):
        of_fold.add(features[folds == fold], classes[folds == fold])


def _boundary_views(runtime: Runtime, shards: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each split of sets outside the test splits with the features of a view of its pictures, view by view.

    Without photograph-like views, a photo would look like another theme, because its background is unlike those of
    product pictures.
    """
    summary = read_summary(shards)
    for split in _splits(summary.pictures):
        if split.endswith("test"):
            continue
        pictures = read_split(shards, split)
        for number, (strength, photo_share) in enumerate(BOUNDARY_VIEWS, start=FIRST_BOUNDARY_VIEW):
            views = viewed(pictures, Views(0, strength, photo_share, summary.fill), number)
            yield split, _features_of(runtime, views, summary.pictures[split], f"views of {split}")
        centres = pictures.map(lambda one: {"image": tf.numpy_function(centre, [one["image"]], tf.uint8)})
        yield split, _features_of(runtime, centres, summary.pictures[split], f"centres of {split}")


def _features_of(runtime: Runtime, pictures: tf.data.Dataset, total: int, name: str) -> np.ndarray:
    """Return the features of a dataset with "image", float32 [n, width]."""
    size = runtime.description.size
    empty = runtime.run(np.zeros((0, size, size, 3), np.uint8)).features
    return np.concatenate([empty, *(outputs.features for _, outputs in _outputs(runtime, pictures, total, name))])


def _described(batch: dict[str, np.ndarray], outputs: ModelOutputs, labels: np.ndarray) -> pandas.DataFrame:
    """Return a table of a batch of pictures: set_id, label, confidence and correct."""
    return pandas.DataFrame(
        {
            "set_id": [set_id.decode() for set_id in batch["set_id"]],
            "label": labels[batch["label"]],
            "confidence": outputs.probabilities.max(axis=1),
            "correct": outputs.probabilities.argmax(axis=1) == batch["label"],
        }
    )


def _with_facts(pictures: pandas.DataFrame, facts: Mapping[str, SetFacts]) -> pandas.DataFrame:
    """Return the table of the index: a row for each picture, with the facts of its set."""
    known = pandas.DataFrame([facts.get(set_id, UNKNOWN) for set_id in pictures["set_id"]], columns=SetFacts._fields)
    return pandas.concat([pictures, known], axis=1)[list(IndexedPicture._fields)]


def _outputs(
    runtime: Runtime, pictures: tf.data.Dataset, total: int, name: str
) -> Iterator[tuple[dict[str, np.ndarray], ModelOutputs]]:
    """Yield batches of a dataset with "image", each with the model's outputs."""
    with tqdm(total=total, desc=name, unit=" pictures") as progress:
        for batch in pictures.batch(PICTURES_PER_BATCH).prefetch(1).as_numpy_iterator():
            yield batch, runtime.run(batch["image"])
            progress.update(len(batch["image"]))


def _validation(pictures: pandas.DataFrame) -> pandas.DataFrame:
    """Return set_id, confidence and correct ("yes" or "no") of the validation pictures."""
    chosen = pictures[pictures["split"] == "validation"]
    return chosen[["set_id", "confidence"]].assign(correct=np.where(chosen["correct"], "yes", "no"))


def _distance_limit(runtime: Runtime, shards: Path, directory: Path, pictures: pandas.DataFrame) -> float:
    """Return the distance to the training pictures above which a picture is unfamiliar.

    It is measured on validation pictures, because training pictures are closer to each other than to other pictures. It
    includes photograph-like views, because a photo of a set is farther away than its product picture.
    """
    rows = np.load(directory / FEATURES_NAME, mmap_mode="r")
    training = rows[: int(pictures["split"].isin(TRAINING).sum())]
    total = int((pictures["split"] == "validation").sum()) * (1 + PHOTO_VIEWS)
    views = with_photo_views(read_split(shards, "validation"), read_summary(shards).fill)
    with threadpool_limits(1):
        found = [
            nearest_distances(outputs.features, training, NEIGHBOURS)[:, -1]
            for _, outputs in _outputs(runtime, views, total, "distance limit")
        ]
    return float(np.quantile(np.concatenate(found), QUANTILE))


def with_photo_views(pictures: tf.data.Dataset, fill: tuple[int, int, int]) -> tf.data.Dataset:
    """Return elements with "image", float32: each picture unchanged, then several photograph-like views of each."""
    plain = pictures.map(lambda element: {**element, "image": tf.cast(element["image"], tf.float32)})
    numbers = tf.data.Dataset.range(1, PHOTO_VIEWS + 1, output_type=tf.int32)
    views = Views(seed=0, strength=0.0, photo_share=1.0, fill=fill)
    return plain.concatenate(numbers.flat_map(lambda number: viewed(pictures, views, number)))


def viewed(pictures: tf.data.Dataset, views: Views, number: tf.Tensor | int) -> tf.data.Dataset:
    """Return the elements with a view, float32, in place of "image"; each number gives another view."""
    return pictures.enumerate().map(
        lambda index, element: {**element, "image": viewed_image(views, element["image"], number, index)},
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
