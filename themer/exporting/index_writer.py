"""Write the index that `themer.answering.index` reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple
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
from themer.answering.runtime import LiteRuntime, ModelOutputs
from themer.base.engines import engine
from themer.base.params import SET_ID, SPLITS
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
from themer.features.embedding import Draw, Picture, centred, loaded, numbered, tasks, unchanged, view_of
from themer.features.photo_views import Colour
from themer.features.views import Views
from themer.shards.files import OTHER, read_examples, read_summary, require_fit
from themer.training.confidence import ALWAYS_ABSTAIN
from themer.training.linear_head import blocks

# Chosen by trying: with these the model abstains on 2 % of 267 photographs of real sets and on 82 % of 119 pictures of
# other things.
NEIGHBOURS = 5
QUANTILE = 0.98
PHOTO_VIEWS = 4
BOUNDARY_VIEW = 1_000  # far from the views for the distance limit
# Adding one task to the moments takes as long as adding a hundred.
TASKS_AT_ONCE = 128
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


class ServedModel(NamedTuple):
    """A model for this process, what stands for its content on the engine's workers, and its numbers of features."""

    runtime: LiteRuntime
    shared: Any
    width: int
    block_width: int


def write_index(
    model_path: Path,
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
        model_path: the `.tflite` file of the model.
        shards: the folder with the shards of the sets.
        photos: the folder with the shards of the user's photos.
        directory: the folder to write.
        made_from: the fingerprint to store in the summary.
        facts: the name, year and page of each set, by set number.
        families: the family of each set, by set number; without one, a picture is its own family.

    Raises:
        UserError: there are no shards, or the model has other labels or another input size.
    """
    runtime = LiteRuntime(model_path)
    model = ServedModel(runtime, engine().shared(model_path.read_bytes()), *_widths(runtime))
    description = runtime.description
    require_fit(description.labels, description.size, shards)
    directory.mkdir(parents=True, exist_ok=True)
    # The summary is deleted first and written last, so an interrupted run leaves no valid index.
    (directory / SUMMARY_NAME).unlink(missing_ok=True)
    with TemporaryFile(dir=directory) as block_features:
        pictures = _write_features(model, shards, photos, directory / FEATURES_NAME, block_features)
        write_csv(_with_facts(pictures, facts), directory / PICTURES_NAME)
        write_csv(_validation(pictures), directory / VALIDATION_NAME)
        _write_boundary(model, shards, pictures, families, block_features, directory)
    limit = _distance_limit(model, shards, directory, pictures)
    shape = (len(description.labels), model.width, model.block_width)
    summary = IndexSummary(runtime.model_sha256, *shape, NEIGHBOURS, QUANTILE, limit, ALWAYS_ABSTAIN, 0.0, made_from)
    write_index_summary(summary, directory)


def _write_features(
    model: ServedModel, shards: Path, photos: Path, path: Path, block_features: BinaryIO
) -> pandas.DataFrame:
    """Write the features of all pictures, float16, and their block features, float32.

    Returns the table of `_described` with each split.
    """
    summary = read_summary(shards)
    own = [(name, photos, split) for name, split in zip(PHOTOS, ("train", f"{OTHER}train"), strict=True)]
    sources = [*own, *((split, shards, split) for split in _splits(summary.pictures))]
    sources = [one for one in sources if one[2] in read_summary(one[1]).pictures]
    count = sum(read_summary(source).pictures[split] for _, source, split in sources)
    labels, shape = np.array(model.runtime.description.labels), (count, model.width)
    parts = []
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f2", "fortran_order": False, "shape": shape})
        for name, source, split in sources:
            probabilities = [np.zeros((0, len(labels)), np.float32)]
            for outputs in _outputs(model, source, split, unchanged, name):
                file.write(outputs.features.astype("<f2").tobytes())
                block_features.write(outputs.block_features.tobytes())
                probabilities.append(outputs.probabilities)
            known = np.array(read_summary(source).other_themes) if split.startswith(OTHER) else labels
            parts.append(_described(source, split, np.concatenate(probabilities), known).assign(split=name))
    return pandas.concat(parts, ignore_index=True)


def _splits(pictures: Mapping[str, int]) -> list[str]:
    """Return the splits that shards have, training pictures first."""
    found = [f"{prefix}{split}" for split in SPLITS for prefix in ("", OTHER)]
    return [split for split in found if split in pictures]


def _write_boundary(
    model: ServedModel,
    shards: Path,
    pictures: pandas.DataFrame,
    families: Mapping[str, str],
    block_features: BinaryIO,
    directory: Path,
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
        rows = np.memmap(block_features, np.float32, "r").reshape(-1, model.block_width)
        features = rows[: len(chosen)]  # those of test pictures are last
        classes, class_count = classes_of(list(chosen["label"]), is_other, model.runtime.description.labels)
        folds = folds_of(list(family_of))
        moments = [Moments.empty(class_count, features.shape[1]) for _ in range(FOLDS)]
        with threadpool_limits(1):
            for block in blocks(features, classes, folds):
                _add(moments, *block)
            for split, places, views in _boundary_views(model, shards):
                of_views = np.flatnonzero(chosen["split"] == split)[places]
                _add(moments, views, classes[of_views], folds[of_views])
            whole = fit_boundary(total(moments), len(model.runtime.description.labels))
            boundary, shares = calibrated(whole, moments, features, classes, folds)
    boundary.write(directory)
    other = np.where(is_other, "yes", "no")
    table = chosen[["set_id", "confidence"]].assign(family=family_of, other=other, share=shares)
    write_csv(table[SHARES_COLUMNS], directory / SHARES_NAME)


def _add(moments: list[Moments], features: np.ndarray, classes: np.ndarray, folds: np.ndarray) -> None:
    """Add pictures to the moments of their folds."""
    for fold, of_fold in enumerate(moments):
        of_fold.add(features[folds == fold], classes[folds == fold])


def _boundary_views(model: ServedModel, shards: Path) -> Iterator[tuple[str, slice, np.ndarray]]:
    """Yield the block features of two views of all sets outside the test splits: a split, places in it, and their rows.

    Without photograph-like views, a photo would look like another theme, because its background is unlike those of
    product pictures.
    """
    summary = read_summary(shards)
    photo = partial(view_of, _photo_views(summary.fill), BOUNDARY_VIEW)
    for split in _splits(summary.pictures):
        if summary.pictures[split] == 0 or split.endswith("test"):
            continue
        for name, draw in (("views", photo), ("centres", centred)):
            outputs = _outputs(model, shards, split, draw, f"{name} of {split}")
            yield from ((split, places, rows) for places, rows in _in_blocks(outputs))


def _in_blocks(outputs: Iterator[ModelOutputs]) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield the places of many pictures at a time, and their block features."""
    end = 0
    while found := list(islice(outputs, TASKS_AT_ONCE)):
        start, end = end, end + sum(len(one.features) for one in found)
        yield slice(start, end), np.concatenate([one.block_features for one in found])


def _widths(runtime: LiteRuntime) -> tuple[int, int]:
    """Return the numbers of features and of block features of a picture."""
    size = runtime.description.size
    outputs = runtime.run(np.zeros((1, size, size, 3), np.uint8))
    return outputs.features.shape[1], outputs.block_features.shape[1]


def _described(shards: Path, split: str, probabilities: np.ndarray, labels: np.ndarray) -> pandas.DataFrame:
    """Return a table of a split's pictures: set_id, label, confidence and correct."""
    pairs = [(example.set_id, example.label) for example in read_examples(shards, split)]
    set_ids, actual = [set_id for set_id, _ in pairs], np.array([label for _, label in pairs], np.int64)
    return pandas.DataFrame(
        {
            "set_id": set_ids,
            "label": labels[actual],
            "confidence": probabilities.max(axis=1),
            "correct": probabilities.argmax(axis=1) == actual,
        }
    )


def _with_facts(pictures: pandas.DataFrame, facts: Mapping[str, SetFacts]) -> pandas.DataFrame:
    """Return the table of the index: a row for each picture, with the facts of its set."""
    known = pandas.DataFrame([facts.get(set_id, UNKNOWN) for set_id in pictures["set_id"]], columns=SetFacts._fields)
    return pandas.concat([pictures, known], axis=1)[list(IndexedPicture._fields)]


def _outputs(model: ServedModel, shards: Path, split: str, draw: Draw, name: str) -> Iterator[ModelOutputs]:
    """Yield the model's outputs for a view of each picture of a split, some pictures at a time."""
    pictures = tasks(numbered(read_examples(shards, split)))
    with tqdm(total=read_summary(shards).pictures[split], desc=name, unit=" pictures") as progress:
        for outputs in engine().ordered_map(partial(outputs_of, model.shared, draw), pictures):
            yield outputs
            progress.update(len(outputs.features))


def outputs_of(model: bytes, draw: Draw, pictures: Sequence[Picture]) -> ModelOutputs:
    """Return what a `.tflite` file, given its content, makes of a view of each picture."""
    runtime = loaded("served model", model, partial(LiteRuntime, threads=1))
    # Nobody reads the class maps, and a worker may be far away.
    return replace(runtime.run(np.stack([draw(picture) for picture in pictures])), class_maps=None)


def _validation(pictures: pandas.DataFrame) -> pandas.DataFrame:
    """Return set_id, confidence and correct ("yes" or "no") of the validation pictures."""
    chosen = pictures[pictures["split"] == "validation"]
    return chosen[["set_id", "confidence"]].assign(correct=np.where(chosen["correct"], "yes", "no"))


def _distance_limit(model: ServedModel, shards: Path, directory: Path, pictures: pandas.DataFrame) -> float:
    """Return the distance to the training pictures above which a picture is unfamiliar.

    It is measured on validation pictures, because training pictures are closer to each other than to other pictures. It
    includes photograph-like views, because a photo of a set is farther away than its product picture.
    """
    rows = np.load(directory / FEATURES_NAME, mmap_mode="r")
    training = rows[: int(pictures["split"].isin(TRAINING).sum())]
    validation = rows[(pictures["split"] == "validation").to_numpy()].astype(np.float32)
    views = (
        outputs.features
        for draw in limit_views(read_summary(shards).fill)
        for outputs in _outputs(model, shards, "validation", draw, "distance limit")
    )
    with threadpool_limits(1):
        found = [nearest_distances(part, training, NEIGHBOURS)[:, -1] for part in chain([validation], views)]
    return float(np.quantile(np.concatenate(found), QUANTILE))


def limit_views(fill: Colour) -> list[Draw]:
    """Return what draws the photograph-like views of a picture for the distance limit."""
    return [partial(view_of, _photo_views(fill), number) for number in range(1, PHOTO_VIEWS + 1)]


def _photo_views(fill: Colour) -> Views:
    """Return views that all look like photographs."""
    return Views(seed=0, strength=0.0, photo_share=1.0, fill=fill)
