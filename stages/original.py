"""Train the network that the idea began with on the same splits, to see what was gained since; left out by default."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from themer import scores
from themer.answer_tables import Answers, write_answers
from themer.checkpoints import remove_checkpoints
from themer.confidence import calibrate
from themer.epochs import TrainingPictures
from themer.errors import explained
from themer.files import read_csv, write_json
from themer.params import Params, Train, load_params
from themer.shards import read_split, read_summary
from themer.training import probabilities, train

SPLIT = "test"
FIGURES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "log_loss")


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Write the original network's answers for the test pictures, and how good they are; nothing for 0 epochs."""
    args = arguments(argv)
    params = load_params(args.params)
    if params.original.epochs == 0:
        print("original: left out, since original.epochs is 0")
        write_answers(no_answers(args.shards), args.answers)
        write_json(dict.fromkeys([*FIGURES, "parameters"]), args.metrics)
        remove_checkpoints(args.checkpoint / "original")
        return
    found, parameters = trained(args, original_settings(params))
    families = read_csv(args.dataset).set_index("set_id")["family"]
    figures = scores.headline(
        found.actual, found.probabilities, list(families[found.ids]), 0, params.evaluate.confidence_level
    )
    write_answers(found, args.answers)
    write_json({**{name: figures[name] for name in FIGURES}, "parameters": parameters}, args.metrics)
    print(f"original: {figures['accuracy']:.1%} of {len(found.ids):,} test pictures right")
    remove_checkpoints(args.checkpoint / "original")


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="folder that the stage resize wrote")
    parser.add_argument("--photos", type=Path, required=True, help="folder that the stage photos wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="table with the family of each set")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that keeps finished epochs meanwhile")
    parser.add_argument("--answers", type=Path, required=True, help="where the answers for the test pictures go (CSV)")
    parser.add_argument("--metrics", type=Path, required=True, help="where the figures go (JSON)")
    return parser.parse_args(argv)


def original_settings(params: Params) -> Train:
    """Return how the original network learned: from scratch, rare themes weighted, no views that look like photos."""
    epochs = params.original.epochs
    changes: dict[str, Any] = {
        "network": "lego_cnn",
        "weights": "none",
        "epochs": epochs,
        "warm_up_epochs": min(1, epochs - 1),
        "learning_rate": None,
        "photo_views": 0.0,
        "imbalance": "class_weights",
    }
    return Train.model_validate(params.train.model_dump() | changes)


def trained(args: argparse.Namespace, settings: Train) -> tuple[Answers, int]:
    """Return the answers of the network after its training, and its number of parameters."""
    model, _ = train(args.shards, args.photos, args.checkpoint / "no-features", settings, args.checkpoint / "original")
    pictures = TrainingPictures(args.shards, args.photos, settings)
    threshold = calibrate(model, pictures, settings.accepted_risk).threshold
    given, actual = probabilities(model, pictures.plain(SPLIT))
    ids = [example["set_id"].decode() for example in read_split(args.shards, SPLIT).as_numpy_iterator()]
    sure = given.max(axis=1) >= threshold
    return Answers(ids, actual.astype(np.int64), given, sure, read_summary(args.shards).labels), model.count_params()


def no_answers(shards: Path) -> Answers:
    """Return a table of answers without any."""
    labels = read_summary(shards).labels
    none = np.empty((0, len(labels)), np.float32)
    return Answers([], np.empty(0, np.int64), none, np.empty(0, bool), labels)


if __name__ == "__main__":
    main()
