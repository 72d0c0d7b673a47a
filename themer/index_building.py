"""Writes the index that `themer.index` reads; see there."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pandas
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer.descriptions import Description
from themer.errors import UserError
from themer.files import write_csv, write_json
from themer.index import (
    FEATURES_NAME,
    LEARNED,
    PHOTOS,
    PICTURES_NAME,
    SUMMARY_NAME,
    IndexedPicture,
    IndexSummary,
)
from themer.keras_runtime import PICTURES_PER_BATCH, KerasRuntime
from themer.nearest import nearest_distances
from themer.params import SET_ID, SPLITS
from themer.quiet_tensorflow import tf
from themer.shards import ShardSummary, read_split, read_summary
from themer.views import Views

# Chosen by trying: they refused 2 % of 267 photographs of real sets, and 82 % of 119 pictures of other things.
NEIGHBOURS = 5
QUANTILE = 0.98
PHOTO_VIEWS = 4


class SetFacts(NamedTuple):
    """What there is to tell of a set: its name, year and page, each empty if unknown."""

    name: str
    year: str
    page: str


UNKNOWN = SetFacts("", "", "")
NO_FACTS: Mapping[str, SetFacts] = MappingProxyType({})


def set_facts(labelled: pandas.DataFrame, set_page: str | None) -> dict[str, SetFacts]:
    """Return the facts of the sets in a table with set_id, name and year, by set number.

    `set_page` is the address of a set's page, with {set_id} in the place of its number.
    """
    rows = zip(labelled["set_id"], labelled["name"], labelled["year"], strict=True)
    page = set_page or ""
    return {one: SetFacts(name, year, page.replace(SET_ID, quote(one, safe=""))) for one, name, year in rows}


def build_index(
    model_path: Path, shards: Path, photos: Path, directory: Path, facts: Mapping[str, SetFacts] = NO_FACTS
) -> IndexSummary:
    """Write the index of a classifier for all sets, and for the photos that it learned from; return its summary.

    The facts are by set number; those that are not there are empty in the index.

    Raises:
        UserError: there is no classifier or no shards, or they do not belong together.
    """
    tf.config.experimental.enable_op_determinism()
    runtime, summary = KerasRuntime.load(model_path), read_summary(shards)
    _require_fit(runtime.description, model_path, summary, shards)
    sources = [(PHOTOS, photos, "train"), *((split, shards, split) for split in SPLITS)]
    pictures = _write_pictures(runtime, sources, summary.labels, facts, directory)
    limit = _novelty_limit(runtime, shards, directory, pictures)
    found = IndexSummary(runtime.model_sha256, runtime.width, NEIGHBOURS, QUANTILE, limit)
    write_json(asdict(found), directory / SUMMARY_NAME)
    return found


def _write_pictures(
    runtime: KerasRuntime,
    sources: list[tuple[str, Path, str]],
    labels: list[str],
    facts: Mapping[str, SetFacts],
    directory: Path,
) -> pandas.DataFrame:
    """Write the features of all pictures and the table of these, and return the table."""
    directory.mkdir(parents=True, exist_ok=True)
    # Last to come, first to go: what an interrupted run leaves is no index.
    (directory / SUMMARY_NAME).unlink(missing_ok=True)
    count = sum(read_summary(source).pictures[split] for _, source, split in sources)
    written: list[IndexedPicture] = []
    with (directory / FEATURES_NAME).open("wb") as file:
        header = {"descr": "<f2", "fortran_order": False, "shape": (count, runtime.width)}
        np.lib.format.write_array_header_1_0(file, header)
        for name, source, split in sources:
            pictures = read_split(source, split)
            for batch, features in _features_of(runtime, pictures, read_summary(source).pictures[split], name):
                file.write(features.astype("<f2").tobytes())
                for set_id, label in zip(map(bytes.decode, batch["set_id"]), batch["label"], strict=True):
                    written.append(IndexedPicture(set_id, labels[label], name, *facts.get(set_id, UNKNOWN)))
    table = pandas.DataFrame(written, columns=IndexedPicture._fields)
    write_csv(table, directory / PICTURES_NAME)
    return table


def _features_of(
    runtime: KerasRuntime, pictures: tf.data.Dataset, total: int, name: str
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Yield the elements of a dataset with "image", batch by batch, each with the features of its pictures."""
    with tqdm(total=total, desc=name, unit=" pictures") as progress:
        for batch in pictures.batch(PICTURES_PER_BATCH).prefetch(2).as_numpy_iterator():
            yield batch, runtime.see(batch["image"]).features
            progress.update(len(batch["image"]))


def _novelty_limit(runtime: KerasRuntime, shards: Path, directory: Path, table: pandas.DataFrame) -> float:
    """Return the distance from the pictures learned from that the validation pictures, and photographs of them, keep.

    A split of its own, since pictures that were learned from are nearer to each other than others ever are; made to
    look like photographs too, since a product picture is nearer to product pictures than a photo of the same set is.
    """
    rows = np.load(directory / FEATURES_NAME, mmap_mode="r")
    learned, total = rows[: _count(table, *LEARNED)], _count(table, "validation") * (1 + PHOTO_VIEWS)
    views = with_photo_views(read_split(shards, "validation"), read_summary(shards).fill)
    with threadpool_limits(1):
        found = [
            nearest_distances(features, learned, NEIGHBOURS)[:, -1]
            for _, features in _features_of(runtime, views, total, "novelty limit")
        ]
    return float(np.quantile(np.concatenate(found), QUANTILE))


def with_photo_views(pictures: tf.data.Dataset, fill: tuple[int, int, int]) -> tf.data.Dataset:
    """Return elements with the "image", float32, of each picture, and then of each in several photograph-like views."""
    views = Views(seed=0, strength=0.0, photo_share=1.0, fill=fill)

    def photographed(view: tf.Tensor) -> tf.data.Dataset:
        return pictures.enumerate().map(
            lambda number, one: {"image": views.view(one["image"], view, number)},
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )

    plain = pictures.map(lambda one: {"image": tf.cast(one["image"], tf.float32)})
    return plain.concatenate(tf.data.Dataset.range(1, PHOTO_VIEWS + 1, output_type=tf.int32).flat_map(photographed))


def _require_fit(known: Description, model_path: Path, given: ShardSummary, shards: Path) -> None:
    """Raise UserError unless a classifier takes the shards' pictures and knows their labels."""
    if (known.labels, known.size) != (given.labels, given.size):
        raise UserError(
            f"{model_path} knows the themes {', '.join(known.labels)} on {known.size} px, but {shards} holds "
            f"{', '.join(given.labels)} on {given.size} px. Train again: dvc repro"
        )


def _count(pictures: pandas.DataFrame, *splits: str) -> int:
    """Return how many pictures are in some splits."""
    return int(pictures["split"].isin(splits).sum())
