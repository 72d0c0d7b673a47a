"""Train a network and save it with everything it needs to predict."""

from typing import Any

import pandas

from stages import paths
from themer.base.files import write_json
from themer.base.model_description import Description
from themer.base.params import Train
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import write_csv
from themer.networks.model_file import save_classifier
from themer.shards.files import read_summary
from themer.training.checkpoints import remove_checkpoints
from themer.training.fit import Calibration, calibrate, train


@stage
def main() -> None:
    """Train, calibrate and save the network; then delete the checkpoints."""
    settings = load_params(paths.params).train
    model, progress, validation = train(paths.shards, paths.photo_shards, paths.features, settings, paths.checkpoint)
    calibration = calibrate(model, validation)
    save_classifier(model, description(settings, calibration.temperature), paths.classifier)
    write_json(metrics(model, calibration), paths.train_metrics)
    write_csv(pandas.DataFrame(progress.history).round(6), paths.history)
    print(summary(calibration))
    remove_checkpoints(paths.checkpoint)


def description(settings: Train, temperature: float) -> Description:
    """Return the description for the model's file."""
    shards = read_summary(paths.shards)
    return Description(shards.labels, shards.size, shards.fill, " + ".join(settings.networks), temperature)


def metrics(model: Any, calibration: Calibration) -> dict[str, float]:
    """Return the temperature, the scores on the validation split, and the numbers of parameters."""
    return {
        "temperature": calibration.temperature,
        "validation_accuracy": calibration.accuracy,
        "validation_loss": calibration.loss,
        "parameters": model.count_params(),
        "trainable_parameters": sum(variable.shape.num_elements() for variable in model.trainable_variables),
    }


def summary(calibration: Calibration) -> str:
    """Return one line with the scores on the validation split."""
    return (
        f"train: validation accuracy {calibration.accuracy:.1%}; calibration error "
        f"{calibration.calibration_error_before:.3f}, after temperature scaling {calibration.calibration_error:.3f}"
    )


if __name__ == "__main__":
    main()
