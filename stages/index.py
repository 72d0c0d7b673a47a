"""Index what the trained classifier sees in every picture: for the sets nearest to one, and for what is like none."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from themer.errors import explained
from themer.files import read_csv
from themer.index_building import build_index, set_facts
from themer.params import load_params


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the index of the classifier's features, with the distance from which on a picture is like no set."""
    args = arguments(argv)
    facts = set_facts(read_csv(args.labelled), load_params(args.params).source.set_page)
    summary = build_index(args.model, args.shards, args.photos, args.out, facts)
    print(f"index: pictures farther than {summary.limit:.3f} from all that was learned from are like none")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--model", type=Path, required=True, help="the classifier that the stage train wrote")
    parser.add_argument("--shards", type=Path, required=True, help="directory that the stage resize wrote")
    parser.add_argument("--photos", type=Path, required=True, help="directory that the stage photos wrote")
    parser.add_argument("--labelled", type=Path, required=True, help="table with the name and year of each set")
    parser.add_argument("--out", type=Path, required=True, help="folder for the index")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
