"""Pad each picture to a square and pack every split into TFRecord shards."""

import argparse
import os
from functools import partial
from pathlib import Path

from themer.errors import explained
from themer.files import read_csv
from themer.packing import pack_split, padded_example, read_picture
from themer.params import SPLITS, Resize, load_params
from themer.pictures import picture_path
from themer.shards import Example, ShardSummary, write_summary

REMEDY = "Delete it and run: dvc repro --force download"


@explained
def main(argv: list[str] | None = None) -> None:
    """Write the shards of every split, and their summary."""
    args = arguments(argv)
    settings = load_params(args.params).resize
    dataset = read_csv(args.dataset)
    names = sorted(dataset["label"].unique())
    label_of = dict(zip(dataset["set_id"], dataset["label"].map(names.index), strict=True))
    make_example = partial(example, label_of=label_of, pictures=args.pictures, settings=settings)
    set_ids = {split: dataset["set_id"][dataset["split"] == split] for split in SPLITS}
    counts = {
        split: pack_split(args.out, split, set_ids[split], make_example, settings.pictures_per_shard, args.workers)
        for split in SPLITS
    }
    write_summary(args.out, ShardSummary(names, settings.size, settings.fill, counts))


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--dataset", type=Path, required=True, help="dataset.csv of the regroup")
    parser.add_argument("--pictures", type=Path, required=True, help="folder with a picture a set")
    parser.add_argument("--out", type=Path, required=True, help="folder for the shards")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="threads; the result is the same")
    return parser.parse_args(argv)


def example(set_id: str, label_of: dict[str, int], pictures: Path, settings: Resize) -> Example:
    """Return a set's picture, padded, with the index of its label; raise UserError if it can't be read."""
    return padded_example(set_id, label_of[set_id], read_picture(picture_path(pictures, set_id), REMEDY), settings)


if __name__ == "__main__":
    main()
