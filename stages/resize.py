"""Pad each picture to a square and pack every split into TFRecord shards: pictures of sets, and the user's photos."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas
from tqdm import tqdm

from stages import paths
from themer.base.errors import UserError
from themer.base.params import SPLITS, Params, Resize
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import read_csv, read_rows, write_csv
from themer.base.theme_paths import NONE_OF_THESE
from themer.pictures.images import FORMATS, MAXIMUM_PIXELS, perceptual_hash, picture_path
from themer.pictures.own_photos import (
    PHOTO_SPLITS,
    photo_path,
    photo_table,
    require_no_problems,
    survey_photos,
)
from themer.shards.files import OTHER, Example, ShardSummary, write_summary
from themer.shards.packing import ordered_map, pack_split, padded_example, read_picture

SET_REMEDY = "Delete it and run: dvc repro --force download"
PHOTO_REMEDY = f"Save it as one of {', '.join(FORMATS)} with at most {MAXIMUM_PIXELS:,} pixels, or remove it."
HASHES = ["set_id", "perceptual_hash"]
# The number of threads changes no byte.
WORKERS = os.cpu_count() or 1


@stage
def main() -> None:
    """Write the shards of the sets and of the photos, and the table of photos."""
    params = load_params(paths.params)
    dataset = read_rows(paths.dataset, "set_id", "label", "family", "split")
    others = read_csv(paths.other_themes, "set_id", "theme", "split")
    labels = sorted(dataset["label"].unique())
    pack_sets(dataset, others, labels, params.resize)
    pack_photos(dataset, labels, params)


def pack_sets(dataset: pandas.DataFrame, others: pandas.DataFrame, labels: list[str], settings: Resize) -> None:
    """Write the shards of every split of the sets, and of the sets of other themes."""
    themes = sorted(others["theme"].unique())
    counts = pack_table(dataset, dataset["label"].map(labels.index), "", settings)
    counts |= pack_table(others, others["theme"].map(themes.index), OTHER, settings)
    write_summary(paths.shards, ShardSummary(labels, settings.size, settings.fill, counts, themes))


def pack_table(table: pandas.DataFrame, indices: pandas.Series, prefix: str, settings: Resize) -> dict[str, int]:
    """Write the shards of the sets in a table, split by split; return the number of pictures in each."""
    make_example = partial(set_example, label_of=dict(zip(table["set_id"], indices, strict=True)), settings=settings)
    set_ids = {f"{prefix}{split}": table["set_id"][table["split"] == split] for split in SPLITS}
    return pack_splits(paths.shards, set_ids, make_example, settings)


def pack_splits(
    folder: Path, names: dict[str, pandas.Series], make_example: Callable[[str], Example], settings: Resize
) -> dict[str, int]:
    """Write the shards of each split, given the names of its pictures; return the number of pictures in each."""
    return {
        split: pack_split(folder, split, of_split, make_example, settings.pictures_per_shard, WORKERS)
        for split, of_split in names.items()
    }


def pack_photos(dataset: pandas.DataFrame, labels: list[str], params: Params) -> None:
    """Write the table and the shards of the user's photos.

    Raises:
        UserError: a photo can't be read or is misplaced; all of them are named.
    """
    label_of, misplaced = survey_photos(paths.photos, labels)
    hashes, unreadable = hash_photos(list(label_of))
    require_no_problems([*misplaced, *unreadable])
    official = dataset.merge(read_csv(paths.thumbnails_table, *HASHES)[HASHES], on="set_id", validate="one_to_one")
    distance, photos, settings = params.regroup.duplicate_distance, params.photos, params.resize
    table = photo_table(label_of, hashes, official, distance, photos.train, photos.seed)
    write_csv(table, paths.photos_table)
    indices = {photo: (labels + [NONE_OF_THESE]).index(label) for photo, label in label_of.items()}
    is_other = table["label"] == NONE_OF_THESE
    counts = pack_photo_splits(table[~is_other], indices, "", settings)
    if is_other.any():
        counts |= pack_photo_splits(table[is_other], dict.fromkeys(indices, 0), OTHER, settings)
    others = [NONE_OF_THESE] if is_other.any() else []
    write_summary(paths.photo_shards, ShardSummary(labels, settings.size, settings.fill, counts, others))
    print(f"resize: {counts['train']:,} photos join training, {counts['test']:,} are held out")


def pack_photo_splits(
    table: pandas.DataFrame, indices: dict[str, int], prefix: str, settings: Resize
) -> dict[str, int]:
    """Write the shards of the photos in a table, split by split; return the number of photos in each."""
    make_example = partial(photo_example, label_of=indices, settings=settings)
    photos = {f"{prefix}{split}": table["photo"][table["split"] == split] for split in PHOTO_SPLITS}
    return pack_splits(paths.photo_shards, photos, make_example, settings)


def hash_photos(photos: list[str]) -> tuple[list[str], list[str]]:
    """Return the perceptual hashes, computed as for official pictures, and in words the photos that can't be read."""
    outcomes = ordered_map(hash_photo, photos, WORKERS)
    found = list(tqdm(outcomes, total=len(photos), desc="hashes", unit=" pictures"))
    return [hashed for hashed, _ in found if hashed], [problem for _, problem in found if problem]


def hash_photo(photo: str) -> tuple[str, str]:
    """Return the perceptual hash of one photo and "", or "" and in words why it can't be read."""
    try:
        return perceptual_hash(read_picture(photo_path(paths.photos, photo), PHOTO_REMEDY)), ""
    except UserError as error:
        return "", str(error)


def set_example(set_id: str, label_of: dict[str, int], settings: Resize) -> Example:
    """Return the example of a set; raise UserError if its picture can't be read."""
    return example(set_id, label_of[set_id], picture_path(paths.thumbnails, set_id), SET_REMEDY, settings)


def photo_example(photo: str, label_of: dict[str, int], settings: Resize) -> Example:
    """Return the example of a photo; raise UserError if it can't be read."""
    return example(photo, label_of[photo], photo_path(paths.photos, photo), PHOTO_REMEDY, settings)


def example(name: str, label: int, path: Path, remedy: str, settings: Resize) -> Example:
    """Return the example of a picture file."""
    return padded_example(name, label, read_picture(path, remedy, settings.fill), settings)


if __name__ == "__main__":
    main()
