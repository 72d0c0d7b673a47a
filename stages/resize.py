"""Crop each picture to its content, pad it to a square, and pack every split into TFRecord shards: sets, and photos."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import pandas
from tqdm import tqdm

from stages import paths
from themer.base.engines import engine
from themer.base.params import SPLITS, Params, Resize
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import read_csv, read_rows, write_csv
from themer.base.theme_paths import NONE_OF_THESE
from themer.catalogue.sets import shuffled
from themer.pictures.files import chunks, hashes, picture_path, squares
from themer.pictures.images import FORMATS, MAXIMUM_PIXELS
from themer.pictures.own_photos import (
    PHOTO_SPLITS,
    contradictions,
    photo_path,
    photo_table,
    require_no_problems,
    survey_photos,
)
from themer.shards.files import OTHER, Example, ShardSummary, write_split, write_summary

SET_REMEDY = "Delete it and run: dvc repro --force download"
PHOTO_REMEDY = f"Save it as one of {', '.join(FORMATS)} with at most {MAXIMUM_PIXELS:,} pixels, or remove it."
HASHES = ["set_id", "perceptual_hash"]
OFFICIAL = ["set_id", "family", "split"]


@stage
def main() -> None:
    """Write the shards of the sets and of the photos, and the table of photos."""
    params = load_params(paths.params)
    dataset = read_rows(paths.dataset, "set_id", "label", "family", "split")
    others = read_csv(paths.other_themes, "set_id", "theme", "family", "split")
    labels = sorted(dataset["label"].unique())
    # First the photos, in which more can be wrong.
    pack_photos(pandas.concat([dataset, others])[OFFICIAL], labels, params)
    pack_sets(dataset, others, labels, params.resize)


def pack_sets(dataset: pandas.DataFrame, others: pandas.DataFrame, labels: list[str], settings: Resize) -> None:
    """Write the shards of every split of the sets, and of the sets of other themes."""
    themes = sorted(others["theme"].unique())
    counts = pack_table(dataset, dataset["label"].map(labels.index), "", settings)
    counts |= pack_table(others, others["theme"].map(themes.index), OTHER, settings)
    write_summary(paths.shards, ShardSummary(labels, settings.size, settings.fill, counts, themes))


def pack_table(table: pandas.DataFrame, indices: pandas.Series, prefix: str, settings: Resize) -> dict[str, int]:
    """Write the shards of the sets in a table, split by split; return the number of pictures in each."""
    label_of = dict(zip(table["set_id"], indices, strict=True))
    set_ids = {f"{prefix}{split}": table["set_id"][table["split"] == split] for split in SPLITS}
    path_of = partial(picture_path, paths.thumbnails)
    return pack_splits(paths.shards, set_ids, label_of, path_of, SET_REMEDY, settings)


def pack_splits(
    folder: Path,
    names: dict[str, pandas.Series],
    label_of: dict[str, int],
    path_of: Callable[[str], Path],
    remedy: str,
    settings: Resize,
) -> dict[str, int]:
    """Write the shards of each split and return the number of pictures in each.

    The engine changes no byte, and memory use doesn't grow with the number of pictures.

    Args:
        folder: where the shards are.
        names: the names of the pictures in each split: set numbers, or the names of photos.
        label_of: the index of the label of each picture, by its name.
        path_of: returns the path of a picture.
        remedy: what to do about a picture that can't be read.
        settings: side in pixels, fill, and pictures per shard.

    Raises:
        UserError: a picture can't be read.
    """
    counts = {}
    for split, of_split in names.items():
        examples = squared(split, {name: label_of[name] for name in of_split}, path_of, remedy, settings)
        counts[split] = write_split(folder, split, examples, settings.pictures_per_shard)
    return counts


def squared(
    split: str, label_of: dict[str, int], path_of: Callable[[str], Path], remedy: str, settings: Resize
) -> Iterator[Example]:
    """Yield the pictures of a split, cropped and padded to a square, in shuffled order."""
    order = shuffled(label_of)
    square = partial(squares, remedy=remedy, size=settings.size, fill=settings.fill)
    pngs = chain.from_iterable(engine().ordered_map(square, chunks(map(path_of, order))))
    for name, png in tqdm(zip(order, pngs, strict=True), total=len(order), desc=split, unit=" pictures"):
        yield Example(name, label_of[name], png)


def pack_photos(sets: pandas.DataFrame, labels: list[str], params: Params) -> None:
    """Write the table and the shards of the user's photos.

    `sets` has set_id, family and split of all sets, also of other themes.

    Raises:
        UserError: a photo can't be read or is misplaced; all of them are named.
    """
    label_of, misplaced = survey_photos(paths.photos, labels)
    hashed, unreadable = hash_photos(list(label_of))
    require_no_problems([*misplaced, *unreadable])
    for contradiction in contradictions(label_of, hashed):
        print(f"resize: {contradiction}")
    official = sets.merge(read_csv(paths.thumbnails_table, *HASHES)[HASHES], on="set_id", validate="one_to_one")
    distance, photos, settings = params.regroup.duplicate_distance, params.photos, params.resize
    table = photo_table(label_of, hashed, official, distance, photos.train, photos.seed)
    write_csv(table, paths.photos_table)
    indices = {photo: (labels + [NONE_OF_THESE]).index(label) for photo, label in label_of.items()}
    is_other = table["label"] == NONE_OF_THESE
    counts = pack_photo_splits(table[~is_other], indices, "", settings)
    if is_other.any():
        counts |= pack_photo_splits(table[is_other], dict.fromkeys(indices, 0), OTHER, settings)
    others = [NONE_OF_THESE] if is_other.any() else []
    write_summary(paths.photo_shards, ShardSummary(labels, settings.size, settings.fill, counts, others))
    print(f"resize: {photo_words(counts)}")


def photo_words(counts: dict[str, int]) -> str:
    """Return in words how many photos join training and how many are held out, and how many are of other themes."""
    others = [counts.get(f"{OTHER}{split}", 0) for split in PHOTO_SPLITS]
    training, held_out = (counts[split] + more for split, more in zip(PHOTO_SPLITS, others, strict=True))
    of_other_themes = [f" ({count:,} of other themes)" if count else "" for count in others]
    used = "1 photo is" if training == 1 else f"{training:,} photos are"
    kept = "1 is" if held_out == 1 else f"{held_out:,} are"
    return f"{used} used for training{of_other_themes[0]}, {kept} held out{of_other_themes[1]}"


def pack_photo_splits(
    table: pandas.DataFrame, indices: dict[str, int], prefix: str, settings: Resize
) -> dict[str, int]:
    """Write the shards of the photos in a table, split by split; return the number of photos in each."""
    photos = {f"{prefix}{split}": table["photo"][table["split"] == split] for split in PHOTO_SPLITS}
    path_of = partial(photo_path, paths.photos)
    return pack_splits(paths.photo_shards, photos, indices, path_of, PHOTO_REMEDY, settings)


def hash_photos(photos: list[str]) -> tuple[list[str], list[str]]:
    """Return the perceptual hashes, computed as for official pictures, and in words the photos that can't be read."""
    read = chunks(photo_path(paths.photos, photo) for photo in photos)
    outcomes = chain.from_iterable(engine().ordered_map(partial(hashes, remedy=PHOTO_REMEDY), read))
    found = list(tqdm(outcomes, total=len(photos), desc="hashes", unit=" pictures"))
    return [hashed for hashed, _ in found if hashed], [problem for _, problem in found if problem]


if __name__ == "__main__":
    main()
