"""CPU time of drawing views of the training pictures: python -m benchmarks.views"""

import argparse
import time
from itertools import islice

from stages import paths
from themer.features.views import Views
from themer.shards.files import read_examples, read_summary

# Strength of the augmentation and share of photograph-like views.
KINDS = {"augmented": (0.5, 0.0), "photograph-like": (0.5, 1.0)}


def main() -> None:
    """Print the milliseconds per view of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    args = parser.parse_args()
    summary = read_summary(paths.shards)
    pictures = [one.pixels for one in islice(read_examples(paths.shards, "train"), args.pictures)]
    for kind, (strength, photo_share) in KINDS.items():
        views, started = Views(0, strength, photo_share, summary.fill), time.process_time()
        for index, picture in enumerate(pictures):
            views.view(picture, 1, index)
        milliseconds = 1000 * (time.process_time() - started) / len(pictures)
        print(f"{kind:16} {milliseconds:5.2f} ms for {summary.size} px")


if __name__ == "__main__":
    main()
