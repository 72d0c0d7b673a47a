"""Measure that training's memory does not grow with the number of pictures: python -m benchmarks.memory

It trains on 1,000 and on 10,000 pictures, each in its own process, and prints the peaks.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.features.storing import store_features
from themer.training.fit import train


def main() -> None:
    """Print the peak of resident memory, in MB, when training on some pictures and on ten times as many."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--network", default="efficientnet_lite0")
    parser.add_argument("--once", action="store_true", help="train once, in this process")
    args = parser.parse_args()
    if args.once:
        print(peak_megabytes(args.pictures, args.network))
        return
    for pictures in (args.pictures, 10 * args.pictures):
        command = [sys.executable, "-m", "benchmarks.memory", "--once", f"--pictures={pictures}"]
        done = subprocess.run([*command, f"--network={args.network}"], check=True, stdout=subprocess.PIPE, text=True)
        print(f"{pictures:6} pictures: {float(done.stdout):.0f} MB")


def peak_megabytes(pictures: int, network: str) -> float:
    """Compute features, train for an epoch, and return the peak of this process's resident memory."""
    quick = settings(network=network, epochs=1, warm_up_epochs=0, batch_size=32, feature_views=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shards = write_shards(folder / "shards", train=[pictures // 3] * 3)
        photos = write_photo_shards(folder / "photos", train=[pictures // 30] * 3)
        store_features(shards, photos, quick, folder / "features")
        train(shards, photos, folder / "features", quick, folder / "checkpoint")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
