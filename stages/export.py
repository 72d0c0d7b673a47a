"""Export the classifier to a file that LiteRT runs without TensorFlow, and check that it answers the same."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.errors import UserError, explained
from themer.exporting import compare, export_classifier
from themer.files import write_json
from themer.index import file_sha256
from themer.keras_runtime import KerasRuntime
from themer.lite_runtime import LiteRuntime
from themer.model_files import load_classifier
from themer.shards import read_split, read_summary

SPLIT = "test"
BATCH_SIZE = 32


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the model for LiteRT; fail unless it answers for every test picture as the classifier does."""
    args = arguments(argv)
    classifier, model_sha256 = load_classifier(args.model), file_sha256(args.model)
    export_classifier(classifier, model_sha256, args.out)
    found = compare(KerasRuntime(classifier, model_sha256), LiteRuntime(args.out), batches(args.shards))
    if found.pictures == 0:
        raise UserError(f"{args.shards}: the split {SPLIT!r} holds no pictures to compare the answers of.")
    size = args.out.stat().st_size
    write_json({"pictures": found.pictures, "bytes": size}, args.metrics)
    print(
        f"export: {size / 1e6:.1f} MB, the same answers for all {found.pictures} test pictures; "
        f"no probability differs by more than {found.largest_difference:.0e}"
    )


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the classifier that the stage train wrote")
    parser.add_argument("--shards", type=Path, required=True, help="folder of shards with the test split")
    parser.add_argument("--out", type=Path, required=True, help="where the exported model goes (.tflite)")
    parser.add_argument("--metrics", type=Path, required=True, help="where the comparison goes (JSON)")
    return parser.parse_args(argv)


def batches(shards: Path) -> Iterator[dict[str, np.ndarray]]:
    """Yield the pictures of the test split, some at a time."""
    with tqdm(total=read_summary(shards).pictures[SPLIT], desc=SPLIT, unit=" pictures") as progress:
        for batch in read_split(shards, SPLIT).batch(BATCH_SIZE).as_numpy_iterator():
            yield batch
            progress.update(len(batch["image"]))


if __name__ == "__main__":
    main()
