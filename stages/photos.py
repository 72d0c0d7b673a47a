"""Label, split and pack the user's own photos as the sets' pictures are."""

import argparse
import os
from functools import partial
from pathlib import Path

import pandas
from tqdm import tqdm

from themer.errors import explained
from themer.files import read_csv, write_csv
from themer.packing import pack_split, padded_example, read_picture
from themer.parallel import ordered_map
from themer.params import Params, Resize, load_params
from themer.photos import PHOTO_SPLITS, find_photos, homes, photo_path, split_photos
from themer.pictures import FORMATS, MAXIMUM_PIXELS, perceptual_hash
from themer.shards import Example, ShardSummary, write_summary

REMEDY = f"Save it as one of {', '.join(FORMATS)} with at most {MAXIMUM_PIXELS:,} pixels, or remove it."


@explained
def main(argv: list[str] | None = None) -> None:
    """Write the table of photos, and the shards of both their splits with a summary."""
    args = arguments(argv)
    params = load_params(args.params)
    dataset = read_csv(args.dataset)
    names = sorted(dataset["label"].unique())
    label_of = find_photos(args.photos, names)
    hashes = hash_photos(args.photos, list(label_of), args.workers)
    table = split_table(label_of, hashes, with_hashes(dataset, read_csv(args.thumbnails)), params)
    write_csv(table, args.table)
    indices = {photo: names.index(label) for photo, label in label_of.items()}
    make_example = partial(example, label_of=indices, root=args.photos, settings=params.resize)
    counts = {
        split: pack_split(args.out, split, photos, make_example, params.resize.pictures_per_shard, args.workers)
        for split, photos in ((split, table["photo"][table["split"] == split]) for split in PHOTO_SPLITS)
    }
    write_summary(args.out, ShardSummary(names, params.resize.size, params.resize.fill, counts))
    print(f"photos: {counts['train']:,} join training, {counts['test']:,} are only scored")


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--photos", type=Path, required=True, help="folder with a folder of photos for each label")
    parser.add_argument("--dataset", type=Path, required=True, help="dataset.csv of the regroup")
    parser.add_argument("--thumbnails", type=Path, required=True, help="thumbnails.csv with the perceptual hashes")
    parser.add_argument("--out", type=Path, required=True, help="folder for the shards")
    parser.add_argument("--table", type=Path, required=True, help="CSV for photo, label, family and split")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="threads; the result is the same")
    return parser.parse_args(argv)


def hash_photos(root: Path, photos: list[str], workers: int) -> list[str]:
    """Return the perceptual hash of each photo, as the download computes those of the official pictures."""
    hashes = ordered_map(lambda photo: hash_photo(root, photo), photos, workers)
    return list(tqdm(hashes, total=len(photos), desc="hashes", unit=" pictures"))


def hash_photo(root: Path, photo: str) -> str:
    """Return the perceptual hash of one photo; raise UserError if it can't be read."""
    return perceptual_hash(read_picture(photo_path(root, photo), REMEDY))


def with_hashes(dataset: pandas.DataFrame, thumbnails: pandas.DataFrame) -> pandas.DataFrame:
    """Return the dataset with the perceptual hash of each set's picture beside it."""
    return dataset.merge(thumbnails[["set_id", "perceptual_hash"]], on="set_id", validate="one_to_one")


def split_table(
    label_of: dict[str, str], hashes: list[str], official: pandas.DataFrame, params: Params
) -> pandas.DataFrame:
    """Return photo, label, family and split of each photo."""
    labels = list(label_of.values())
    found = homes(list(label_of), hashes, official, params.regroup.duplicate_distance)
    splits = split_photos(labels, found, params.photos.train, params.photos.seed)
    families = [family for family, _ in found]
    return pandas.DataFrame({"photo": list(label_of), "label": labels, "family": families, "split": splits})


def example(photo: str, label_of: dict[str, int], root: Path, settings: Resize) -> Example:
    """Return a photo, padded, with the index of its label; raise UserError if it can't be read."""
    return padded_example(photo, label_of[photo], read_picture(photo_path(root, photo), REMEDY), settings)


if __name__ == "__main__":
    main()
