"""Training: first the classifier on cached features, then the last blocks with it, epoch after epoch, resumable."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.base.errors import UserError
from themer.base.params import Train
from themer.base.quiet_tensorflow import keras, tf
from themer.features.backbone_features import features_path, read_features
from themer.features.fingerprint import fingerprint
from themer.networks.registry import build, default_learning_rate, dropout_layers
from themer.training.checkpoints import Checkpoints, Progress
from themer.training.confidence import log_loss
from themer.training.linear_head import Rows, blocks, fit_head
from themer.training.losses import SparseCrossentropy
from themer.training.training_pictures import TrainingPictures


def train(
    shards: Path, photos: Path, features: Path, settings: Train, checkpoint: Path
) -> tuple[keras.Model, Progress]:
    """Train a network on a directory of shards, and one of photos; return it and its history.

    A pretrained network starts from the best linear classifier on its features, which counts as epoch 0.

    After each epoch the state is kept in the folder `checkpoint`; a later call with the same settings and shards goes
    on from there, and ends with the same weights as one that was never stopped.

    Raises:
        UserError: there is nothing to train on, the pretrained weights are missing, or the loss became infinite.
    """
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    pictures = TrainingPictures(shards, photos, settings)
    checkpoints = Checkpoints(checkpoint, fingerprint([shards, photos], settings))
    model, progress = checkpoints.load() or _begin(pictures, features, settings, checkpoints)
    while progress.epoch < settings.epochs:
        _run_epoch(model, progress, pictures, settings)
        checkpoints.save(model, progress)
    if settings.is_pretrained and settings.epochs > 0:
        _interpolate(model, checkpoints, settings.interpolation)
    return model, progress


def learning_rate(settings: Train, batches_per_epoch: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate by batch: up along a line while warming up, then down to 0 along half a cosine.

    The methods are those of https://arxiv.org/abs/1706.02677 and, without its restarts, https://arxiv.org/abs/1608.03983.
    """
    full = settings.learning_rate or default_learning_rate(settings)
    warm_up = settings.warm_up_epochs * batches_per_epoch
    decay = max(1, settings.epochs * batches_per_epoch - warm_up)
    if warm_up == 0:
        return keras.optimizers.schedules.CosineDecay(full, decay)
    return keras.optimizers.schedules.CosineDecay(0.0, decay, warmup_target=full, warmup_steps=warm_up)


def head_rows(pictures: TrainingPictures, features: Path) -> Iterator[Rows]:
    """Yield the features of all views of all training pictures, with labels and weights, block after block."""
    shares = pictures.copies * pictures.weights
    for view in range(pictures.settings.feature_views):
        for split, labels in pictures.labels.items():
            yield from blocks(read_features(features_path(features, split, view)), labels, shares[labels])


def probabilities(model: keras.Model, pictures: tf.data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities, float32 [n, classes], and the labels, int32 [n], of batches of pictures."""
    answers = [(model.predict_on_batch(pixels), labels.numpy()) for pixels, labels in pictures]
    given, actual = zip(*answers, strict=True)
    return np.concatenate(given), np.concatenate(actual)


def _begin(
    pictures: TrainingPictures, features: Path, settings: Train, checkpoints: Checkpoints
) -> tuple[keras.Model, Progress]:
    """Return the network that the settings name before its first epoch, a pretrained one with its classifier fitted."""
    model, progress = build(settings, pictures.summary.size, len(pictures.summary.labels)), Progress()
    loss = SparseCrossentropy(settings.label_smoothing)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate(settings, pictures.batches_per_epoch)),
        loss=loss,
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    # So that a state from before the first epoch has all the variables that later ones have.
    model.optimizer.build(model.trainable_variables)
    if settings.is_pretrained:
        head = model.get_layer("probabilities")
        fit_head(head, lambda: head_rows(pictures, features), int(pictures.counts.sum()), loss)
        _note(progress, 0, {"validation": _measured(model, pictures)})
        checkpoints.save(model, progress)
    return model, progress


def _interpolate(model: keras.Model, checkpoints: Checkpoints, share: float) -> None:
    """Leave a fine-tuned model a share of the way from where it began to where it ended.

    In between, it knows more of what the pretrained network did, and answers better for pictures of another kind than
    those it learned from (WiSE-FT, Wortsman et al., https://arxiv.org/abs/2109.01903).
    """
    ends = [variable.numpy() for variable in model.trainable_variables]
    checkpoints.load_start(model)
    for variable, end in zip(model.trainable_variables, ends, strict=True):
        variable.assign(variable + share * (end - variable))


def _measured(model: keras.Model, pictures: TrainingPictures) -> dict[str, float]:
    """Return the mean of -ln(probability of the actual label) and the accuracy on the validation split."""
    given, actual = probabilities(model, pictures.plain("validation"))
    return {"loss": log_loss(actual, given), "accuracy": float(np.mean(given.argmax(axis=1) == actual))}


def _run_epoch(model: keras.Model, progress: Progress, pictures: TrainingPictures, settings: Train) -> None:
    """Train for one epoch, measure on the validation split, and note both."""
    epoch = progress.epoch + 1
    _seed_dropout(model, settings.seed, epoch)
    with tqdm(total=pictures.batches_per_epoch, desc=f"epoch {epoch}/{settings.epochs}", unit="batch") as bar:
        after_batch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        # The batches come shuffled; Keras warns about that unless it is told.
        fitted = model.fit(pictures.epoch(epoch), verbose=0, shuffle=False, callbacks=[after_batch])
        training = {name: values[0] for name, values in fitted.history.items()}
        validation = _measured(model, pictures)
        bar.set_postfix_str(f"loss {training['loss']:.3f}, validation accuracy {validation['accuracy']:.3f}")
    _note(progress, epoch, {"train": training, "validation": validation})


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Start an epoch's dropout from the seed and the epoch alone: Keras does not save how far its generators are."""
    for number, layer in enumerate(dropout_layers(model)):
        layer.seed_generator.state.assign(np.random.SeedSequence([seed, epoch, number]).generate_state(2))


def _note(progress: Progress, epoch: int, figures: dict[str, dict[str, float]]) -> None:
    """Add an epoch's figures to the progress; raise UserError when they are no numbers any more."""
    if not all(math.isfinite(of_split["loss"]) for of_split in figures.values()):
        losses = ", ".join(f"{of_split['loss']}" for of_split in figures.values())
        raise UserError(f"the loss became {losses} in epoch {epoch}. Lower train.learning_rate.")
    progress.epoch = epoch
    for split, of_split in figures.items():
        row = {"epoch": epoch, "split": split, "loss": of_split["loss"], "accuracy": of_split["accuracy"]}
        progress.history.append(row)
