"""Write the model card from what the other stages measured."""

import argparse
import json
from pathlib import Path
from typing import Any, get_args

from themer.errors import explained
from themer.files import read_csv, write_bytes
from themer.index import file_sha256
from themer.model_card import model_card
from themer.params import SPLITS, Params, ScratchNetwork, load_params

# The files of figures, each an option of the command line and a name in the template.
MEASURED = ("dataset", "evaluate", "join", "original", "photos", "slices", "source", "themes", "train")


@explained
def main(argv: list[str] | None = None) -> None:
    """Gather the facts and write the card."""
    args = arguments(argv)
    params = load_params(args.params)
    facts = {name: json.loads(getattr(args, name).read_text(encoding="utf-8")) for name in MEASURED}
    facts |= {**described(params), **tables(args), "sha256": file_sha256(args.model)}
    write_bytes(model_card(args.template, facts).encode(), args.out)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--model", type=Path, required=True, help="the classifier")
    parser.add_argument("--photo-table", type=Path, required=True, help="table with the split of each photo")
    parser.add_argument("--classes", type=Path, required=True, help="table with the pictures of each theme and split")
    parser.add_argument("--splits", type=Path, required=True, help="the comparison with other splits (CSV)")
    for name in MEASURED:
        parser.add_argument(f"--{name}", type=Path, required=True, help="what was measured or noted of it (JSON)")
    parser.add_argument("--template", type=Path, required=True, help="the words of the card")
    parser.add_argument("--out", type=Path, required=True, help="where the card goes (Markdown)")
    return parser.parse_args(argv)


def described(params: Params) -> dict[str, Any]:
    """Return what the params say of the model and its data."""
    train = params.train
    return {
        "train_params": train.model_dump(),
        "from_scratch": train.weights == "none" or train.network in get_args(ScratchNetwork),
        "size": params.resize.size,
        "level": params.evaluate.confidence_level,
        "cross_validate": params.cross_validate.model_dump(),
        "terms": params.source.terms or "not stated; see `sources` in `params.yaml`",
    }


def tables(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the tables say: labels, pictures of each theme in each split, photos, and the other splits."""
    classes = read_csv(args.classes).pivot(index="label", columns="split", values="pictures")[list(SPLITS)]
    return {
        "labels": list(classes.index),
        "classes": classes.reset_index().to_dict("records"),
        "photo_count": int((read_csv(args.photo_table)["split"] == "train").sum()),
        "splits": read_csv(args.splits).to_dict("records"),
    }


if __name__ == "__main__":
    main()
