"""Temperature scaling: make a trained classifier's probabilities match its accuracy on the validation split."""

from dataclasses import dataclass

import numpy as np

from themer.base.quiet_tensorflow import keras
from themer.training.confidence import expected_calibration_error, fit_temperature, log_loss, with_temperature
from themer.training.fit import probabilities
from themer.training.training_pictures import TrainingPictures


@dataclass(frozen=True)
class Calibration:
    """The temperature, and the scores on the validation split; only `calibration_error_before` is without it."""

    temperature: float
    accuracy: float
    loss: float
    calibration_error: float
    calibration_error_before: float


def calibrate(model: keras.Model, pictures: TrainingPictures) -> Calibration:
    """Divide a classifier's logits by the temperature that fits the validation split best.

    The method is temperature scaling (Guo et al., https://arxiv.org/abs/1706.04599). It divides the weights of the
    layer "probabilities" in place, so the saved model returns calibrated probabilities wherever it runs.
    """
    before, actual = probabilities(model, pictures.plain("validation"))
    temperature = fit_temperature(before, actual)
    head = model.get_layer("probabilities")
    head.set_weights([weights / temperature for weights in head.get_weights()])
    calibrated = with_temperature(before, temperature)
    return Calibration(
        temperature=temperature,
        accuracy=float(np.mean(calibrated.argmax(axis=1) == actual)),
        loss=log_loss(actual, calibrated),
        calibration_error=expected_calibration_error(actual, calibrated),
        calibration_error_before=expected_calibration_error(actual, before),
    )
