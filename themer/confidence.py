"""Confidence that can be believed: calibrated on the validation split, and refused where it is too low."""

from dataclasses import dataclass

import numpy as np

from themer.abstention import selective, threshold_for_risk
from themer.calibration import expected_calibration_error, fit_temperature, with_temperature
from themer.epochs import TrainingPictures
from themer.losses import log_loss
from themer.quiet_tensorflow import keras
from themer.training import probabilities


@dataclass(frozen=True)
class Confidence:
    """How sure a classifier may be, measured on the validation split: `answered` is the share above the threshold."""

    temperature: float
    threshold: float
    validation_answered: float
    validation_accuracy: float
    validation_loss: float
    validation_calibration_error: float
    validation_calibration_error_before: float


def calibrate(model: keras.Model, pictures: TrainingPictures, accepted_risk: float) -> Confidence:
    """Divide a classifier's logits by the temperature that suits the validation split, and choose its threshold.

    The method is temperature scaling (Guo et al., https://arxiv.org/abs/1706.04599); dividing the weights of the last
    layer divides the logits, so that the model itself gives calibrated probabilities wherever it is used.
    """
    before, actual = probabilities(model, pictures.plain("validation"))
    temperature = fit_temperature(before, actual)
    head = model.get_layer("probabilities")
    head.set_weights([weights / temperature for weights in head.get_weights()])
    given = with_temperature(before, temperature)
    confidence, correct = given.max(axis=1), given.argmax(axis=1) == actual
    threshold = threshold_for_risk(confidence, correct, accepted_risk)
    return Confidence(
        temperature=temperature,
        threshold=threshold,
        validation_answered=selective(confidence, correct, threshold)["answered"],
        validation_accuracy=float(np.mean(correct)),
        validation_loss=log_loss(actual, given),
        validation_calibration_error=expected_calibration_error(actual, given),
        validation_calibration_error_before=expected_calibration_error(actual, before),
    )
