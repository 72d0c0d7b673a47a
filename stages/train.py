"""Train a network on the training shards and save it with all that it needs to predict."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas

from themer.checkpoints import remove_checkpoints
from themer.confidence import Confidence, calibrate
from themer.descriptions import Description
from themer.epochs import TrainingPictures
from themer.errors import explained
from themer.files import write_csv, write_json
from themer.model_files import save_classifier
from themer.params import Train, load_params
from themer.shards import ShardSummary, read_summary
from themer.training import train

KEPT = ("temperature", "threshold", "validation_accuracy", "validation_loss")


@explained
def main(argv: Sequence[str] | None = None) -> None:
    """Run the stage."""
    args = arguments(argv)
    settings = load_params(args.params).train
    model, progress = train(args.shards, args.photos, args.features, settings, args.checkpoint)
    confidence = calibrate(model, TrainingPictures(args.shards, args.photos, settings), settings.accepted_risk)
    save_classifier(model, description(read_summary(args.shards), settings, confidence), args.model)
    write_json(metrics(model, confidence), args.metrics)
    write_csv(pandas.DataFrame(progress.history).round(6), args.history)
    print(summary(confidence))
    # Only now is nothing lost with it.
    remove_checkpoints(args.checkpoint)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--shards", type=Path, required=True, help="directory that the stage resize wrote")
    parser.add_argument("--photos", type=Path, required=True, help="directory that the stage photos wrote")
    parser.add_argument("--features", type=Path, required=True, help="folder that the stage features wrote")
    parser.add_argument("--checkpoint", type=Path, required=True, help="folder that keeps finished epochs meanwhile")
    parser.add_argument("--model", type=Path, required=True, help="file to save the classifier in")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON file for the figures on the validation split")
    parser.add_argument("--history", type=Path, required=True, help="CSV file for the figures of every epoch")
    return parser.parse_args(argv)


def description(summary: ShardSummary, settings: Train, confidence: Confidence) -> Description:
    """Return what a user of the model has to know about it."""
    return Description(
        summary.labels, summary.size, summary.fill, settings.network, confidence.temperature, confidence.threshold
    )


def summary(confidence: Confidence) -> str:
    """Return in words how far the answers can be believed, on the validation split."""
    before, after = confidence.validation_calibration_error_before, confidence.validation_calibration_error
    return (
        f"train: {confidence.validation_accuracy:.1%} of the validation split right, and "
        f"{confidence.validation_answered:.1%} sure enough to be answered; "
        f"calibration error {before:.3f}, and {after:.3f} after scaling"
    )


def metrics(model: Any, confidence: Confidence) -> dict[str, float]:
    """Return what the training came to; how far the probabilities can be believed is told of the test split."""
    trainable = sum(variable.shape.num_elements() for variable in model.trainable_variables)
    chosen = {name: getattr(confidence, name) for name in KEPT}
    return {**chosen, "parameters": model.count_params(), "trainable_parameters": trainable}


if __name__ == "__main__":
    main()
