"""Write the index that `themer.answering.index` reads."""

from collections.abc import Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from themer.answering.index import (
    FEATURES_NAME,
    PHOTOS,
    PICTURES_NAME,
    SUMMARY_NAME,
    TRAINING,
    VALIDATION_NAME,
    IndexedPicture,
    IndexSummary,
)
from themer.answering.nearest import nearest_distances
from themer.base.params import SET_ID
from themer.base.tables import write_csv
from themer.exporting.boundary_writer import write_boundary
from themer.exporting.served_outputs import ServedModel, load_served_model, outputs_of_split, photo_views, splits_of
from themer.exporting.thresholds import write_index_summary
from themer.features.embedding import Draw, unchanged, view_of
from themer.features.photo_views import Colour
from themer.shards.files import OTHER, read_examples, read_summary, require_fit
from themer.training.confidence import ALWAYS_ABSTAIN

# Chosen by trying: with these the model abstains on 2 % of 267 photographs of real sets and on 82 % of 119 pictures of
# other things.
NEIGHBOURS = 5
QUANTILE = 0.98
PHOTO_VIEWS = 4


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
    model = load_served_model(model_path)
    description = model.runtime.description
    require_fit(description.labels, description.size, shards)
    directory.mkdir(parents=True, exist_ok=True)
    # The summary is deleted first and written last, so an interrupted run leaves no valid index.
    (directory / SUMMARY_NAME).unlink(missing_ok=True)
    with TemporaryFile(dir=directory) as block_features:
        pictures = _write_features(model, shards, photos, directory / FEATURES_NAME, block_features)
        write_csv(_with_facts(pictures, facts), directory / PICTURES_NAME)
        write_csv(_validation(pictures), directory / VALIDATION_NAME)
        write_boundary(model, shards, pictures, families, block_features, directory)
    limit = _distance_limit(model, shards, directory, pictures)
    shape, promised = (len(description.labels), model.width, model.block_width), (ALWAYS_ABSTAIN, 0.0)
    summary = IndexSummary(model.runtime.model_sha256, *shape, NEIGHBOURS, QUANTILE, limit, *promised, made_from)
    write_index_summary(summary, directory)


def _write_features(
    model: ServedModel, shards: Path, photos: Path, path: Path, block_features: BinaryIO
) -> pandas.DataFrame:
    """Write the features of all pictures, float16, and their block features, float32.

    Returns the table of `_described` with each split.
    """
    summary = read_summary(shards)
    own = [(name, photos, split) for name, split in zip(PHOTOS, ("train", f"{OTHER}train"), strict=True)]
    sources = [*own, *((split, shards, split) for split in splits_of(summary.pictures))]
    sources = [one for one in sources if one[2] in read_summary(one[1]).pictures]
    count = sum(read_summary(source).pictures[split] for _, source, split in sources)
    labels, shape = np.array(model.runtime.description.labels), (count, model.width)
    parts = []
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f2", "fortran_order": False, "shape": shape})
        for name, source, split in sources:
            probabilities = [np.zeros((0, len(labels)), np.float32)]
            for outputs in outputs_of_split(model, source, split, unchanged, name):
                file.write(outputs.features.astype("<f2").tobytes())
                block_features.write(outputs.block_features.tobytes())
                probabilities.append(outputs.probabilities)
            known = np.array(read_summary(source).other_themes) if split.startswith(OTHER) else labels
            parts.append(_described(source, split, np.concatenate(probabilities), known).assign(split=name))
    return pandas.concat(parts, ignore_index=True)


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
        for outputs in outputs_of_split(model, shards, "validation", draw, "distance limit")
    )
    with threadpool_limits(1):
        found = [nearest_distances(part, training, NEIGHBOURS)[:, -1] for part in chain([validation], views)]
    return float(np.quantile(np.concatenate(found), QUANTILE))


def limit_views(fill: Colour) -> list[Draw]:
    """Return what draws the photograph-like views of a picture for the distance limit."""
    return [partial(view_of, photo_views(fill), number) for number in range(1, PHOTO_VIEWS + 1)]
