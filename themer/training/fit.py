"""Training: first the classifier on stored features, then the last blocks with it, then the temperature.

It resumes after each epoch.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras, tf
from themer.features.feature_store import fingerprint, read_features
from themer.networks.lite import lite_model
from themer.networks.parts import parts_of
from themer.networks.registry import build, default_learning_rate, dropout_layers
from themer.training.at_hand import at_hand
from themer.training.checkpoints import Checkpoints, Progress
from themer.training.confidence import expected_calibration_error, fit_temperature, log_loss, with_temperature
from themer.training.linear_head import Rows, blocks, fit_head
from themer.training.training_pictures import Batch, TrainingPictures


@dataclass(frozen=True)
class Calibration:
    """The temperature, and the scores on the validation split; only `calibration_error_before` is without it."""

    temperature: float
    accuracy: float
    loss: float
    calibration_error: float
    calibration_error_before: float


class Predicted(NamedTuple):
    """The probabilities of some pictures, float32 [n, labels], and their actual labels, int [n]."""

    probabilities: np.ndarray
    actual: np.ndarray


class Trained(NamedTuple):
    """A trained classifier, the history of its training, and its predictions for the validation split."""

    model: keras.Model
    progress: Progress
    validation: Predicted


@keras.saving.register_keras_serializable("themer")
class SparseCrossentropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of labels int [n] and softmax probabilities float32 [n, labels], with label smoothing.

    Keras's own SparseCategoricalCrossentropy takes no label smoothing. The loss takes sample weights and can be saved
    with a compiled model.

    Args:
        label_smoothing: the share of each label, from 0 to below 1, that is spread over all labels.
    """

    def __init__(self, label_smoothing: float, name: str = "sparse_crossentropy", **options: Any) -> None:
        super().__init__(name=name, **options)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each picture, float32 [n]."""
        one_hot = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        return keras.losses.categorical_crossentropy(one_hot, y_pred, label_smoothing=self.label_smoothing)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, for a saved model."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


def train(shards: Path, photos: Path, features: Path, settings: Train, checkpoint: Path) -> Trained:
    """Train a network.

    A pretrained network starts with the best linear classifier on its features; this is epoch 0. The folder
    `checkpoint` keeps the state after each epoch. A later call with the same settings and shards resumes there and
    returns the same weights as an uninterrupted run.

    Args:
        shards: the directory of the pictures of sets.
        photos: the directory of the user's photos, in shards too.
        features: the stored features of both; unused if the network is trained from scratch.
        settings: the network and how it is trained.
        checkpoint: the folder for the state.

    Raises:
        UserError: pictures, features or pretrained weights are missing, or the loss is no longer finite.
    """
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    pictures = TrainingPictures(shards, photos, settings)
    model = build(settings, pictures.summary.size, len(pictures.summary.labels))
    parts = parts_of(model)
    frozen = [lite_model(part) for part in parts.frozen]
    validation = at_hand(lambda: pictures.plain("validation", frozen), _bytes_of)
    checkpoints = Checkpoints(checkpoint, fingerprint([shards, photos], settings))
    trained, progress = checkpoints.load() or _start(parts.trained, validation, pictures, features, checkpoints)
    while progress.epoch < settings.epochs:
        _run_epoch(trained, frozen, progress, pictures, validation)
        checkpoints.save(trained, progress)
    if settings.is_pretrained and settings.epochs > 0:
        _interpolate(trained, checkpoints, settings.interpolation)
    parts.trained.set_weights(trained.get_weights())
    # LiteRT runs the frozen blocks in half of the time that the whole model would take.
    return Trained(model, progress, probabilities(trained, validation()))


def calibrate(model: keras.Model, validation: Predicted) -> Calibration:
    """Divide a classifier's logits by the temperature that fits its predictions for the validation split best.

    The method is temperature scaling (Guo et al., https://arxiv.org/abs/1706.04599). It divides the weights of the
    layer "probabilities" in place, so the saved model returns calibrated probabilities wherever it runs.
    """
    before, actual = validation
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


def learning_rate(settings: Train, batches_per_epoch: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate of each batch: a linear warm-up, then a cosine decay to 0.

    Sources: https://arxiv.org/abs/1706.02677 for the warm-up, https://arxiv.org/abs/1608.03983 for the decay.
    """
    full = settings.learning_rate or default_learning_rate(settings)
    warm_up = settings.warm_up_epochs * batches_per_epoch
    # Without any epoch it would be 0, which Keras refuses.
    decay = max(1, settings.epochs * batches_per_epoch - warm_up)
    if warm_up == 0:
        return keras.optimizers.schedules.CosineDecay(full, decay)
    return keras.optimizers.schedules.CosineDecay(0.0, decay, warmup_target=full, warmup_steps=warm_up)


def head_rows(pictures: TrainingPictures, features: Path) -> Iterator[Rows]:
    """Yield the features, labels and weights of every view of every training picture, block by block."""
    weights, settings = pictures.copies * pictures.weights, pictures.settings
    for view in range(settings.feature_views):
        for split, labels in pictures.labels.items():
            found = read_features(features, split, view, last_only=settings.epochs > 0)
            yield from blocks(found, labels, weights[labels])


def probabilities(model: keras.Model, pictures: Iterable[Batch]) -> Predicted:
    """Return a model's predictions for batches of pictures."""
    predicted, actual, size = [], [], 0
    for batch in pictures:
        # A last batch of another size would be a graph of its own.
        count, size = len(batch.labels), max(size, len(batch.labels))
        filled = [np.resize(one, (size, *one.shape[1:])) for one in batch.inputs]
        predicted.append(model.predict_on_batch(_floats(filled))[:count])
        actual.append(batch.labels)
    return Predicted(np.concatenate(predicted), np.concatenate(actual))


def _floats(inputs: list[np.ndarray]) -> np.ndarray | list[np.ndarray]:
    """Return a model's inputs as float32; a single one without a list."""
    floats = [one.astype(np.float32, copy=False) for one in inputs]
    return floats if len(floats) > 1 else floats[0]


def _bytes_of(batch: Batch) -> int:
    """Return the size of a batch's inputs."""
    return sum(one.nbytes for one in batch.inputs)


def _start(
    model: keras.Model,
    validation: Callable[[], Iterable[Batch]],
    pictures: TrainingPictures,
    features: Path,
    checkpoints: Checkpoints,
) -> tuple[keras.Model, Progress]:
    """Return the compiled model before its first epoch; on a pretrained backbone, the classifier is fitted."""
    progress, settings = Progress(), pictures.settings
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate(settings, pictures.batches_per_epoch)),
        loss=SparseCrossentropy(settings.label_smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    # A state before the first epoch then has the same variables as later states.
    model.optimizer.build(model.trainable_variables)
    if settings.is_pretrained:
        _fit_last_layer(model.get_layer("probabilities"), pictures, features)
        _record(progress, 0, {"validation": _scores(model, validation())})
        checkpoints.save(model, progress)
    return model, progress


def _fit_last_layer(layer: keras.layers.Dense, pictures: TrainingPictures, features: Path) -> None:
    """Give the last layer the weights of the best linear classifier on the stored features."""
    width, label_count = layer.kernel.shape
    smoothing = pictures.settings.label_smoothing
    head = fit_head(lambda: head_rows(pictures, features), width, label_count, int(pictures.counts.sum()), smoothing)
    layer.set_weights([head.kernel, head.bias])


def _interpolate(model: keras.Model, checkpoints: Checkpoints, share: float) -> None:
    """Interpolate a model's weights: 0 gives those before fine-tuning, 1 those after it.

    Interpolated weights generalize better to pictures unlike the training pictures (WiSE-FT, Wortsman et al.,
    https://arxiv.org/abs/2109.01903).
    """
    ends = [variable.numpy() for variable in model.trainable_variables]
    checkpoints.load_start(model)
    for variable, end in zip(model.trainable_variables, ends, strict=True):
        variable.assign(variable + share * (end - variable))


def _scores(model: keras.Model, pictures: Iterable[Batch]) -> dict[str, float]:
    """Return the log loss and the accuracy on batches of pictures."""
    predicted, actual = probabilities(model, pictures)
    return {"loss": log_loss(actual, predicted), "accuracy": float(np.mean(predicted.argmax(axis=1) == actual))}


def _run_epoch(
    model: keras.Model,
    frozen: list[bytes],
    progress: Progress,
    pictures: TrainingPictures,
    validation: Callable[[], Iterable[Batch]],
) -> None:
    """Train for one epoch and record the scores on the training and validation splits."""
    epoch, settings = progress.epoch + 1, pictures.settings
    _seed_dropout(model, settings.seed, epoch)
    scores = []
    with tqdm(total=pictures.batches_per_epoch, desc=f"epoch {epoch}/{settings.epochs}", unit="batch") as bar:
        for batch in pictures.epoch(epoch, frozen):
            inputs, weights = _floats(batch.inputs), batch.weights
            scores.append(model.train_on_batch(inputs, batch.labels, sample_weight=weights, return_dict=True))
            bar.update()
        training = {name: float(np.mean([of_batch[name] for of_batch in scores])) for name in scores[0]}
        held_out = _scores(model, validation())
        bar.set_postfix_str(f"loss {training['loss']:.3f}, validation accuracy {held_out['accuracy']:.3f}")
    _record(progress, epoch, {"train": training, "validation": held_out})


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Seed dropout from the seed and the epoch, because Keras does not save the state of its random generators."""
    for number, layer in enumerate(dropout_layers(model)):
        layer.seed_generator.state.assign(np.random.SeedSequence([seed, epoch, number]).generate_state(2))


def _record(progress: Progress, epoch: int, scores: dict[str, dict[str, float]]) -> None:
    """Add the scores of an epoch, by split, to the history; raise UserError if a loss is not finite."""
    if not all(math.isfinite(of_split["loss"]) for of_split in scores.values()):
        losses = ", ".join(f"{of_split['loss']}" for of_split in scores.values())
        message = f"train: the loss became {losses} in epoch {epoch}, so training stopped"
        raise UserError(f"{message}. Lower train.learning_rate.")
    progress.epoch = epoch
    for split, of_split in scores.items():
        row = {"epoch": epoch, "split": split, "loss": of_split["loss"], "accuracy": of_split["accuracy"]}
        progress.history.append(row)
