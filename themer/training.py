"""Training: epoch after epoch, resumable after each, up to the best one."""

import hashlib
import math
from pathlib import Path

import numpy as np
from tqdm import tqdm

from themer.checkpoints import Checkpoints, Progress
from themer.epochs import TrainingPictures
from themer.errors import UserError
from themer.networks import NETWORKS, build, has_backbone
from themer.params import Train
from themer.probes import fit_probe
from themer.quiet_tensorflow import keras, tf


def train(shards: Path, settings: Train, checkpoint: Path) -> tuple[keras.Model, Progress]:
    """Train a network on a directory of shards; return it with the weights of its best epoch, and its history.

    A pretrained network starts from a linear probe, which counts as epoch 0 and may turn out to be the best.

    After each epoch the state is kept in the folder `checkpoint`; a later call with the same settings and shards goes
    on from there, and ends with the same weights as one that was never stopped.

    Raises:
        UserError: there is nothing to train on, the pretrained weights are missing, or the loss became infinite.
    """
    keras.utils.set_random_seed(settings.seed)
    tf.config.experimental.enable_op_determinism()
    pictures = TrainingPictures(shards, settings)
    checkpoints = Checkpoints(checkpoint, fingerprint(shards, settings))
    model, progress = checkpoints.load() or _begin(pictures, settings, checkpoints)
    while not _ended(progress, settings):
        _run_epoch(model, progress, pictures, settings)
        checkpoints.save(model, progress)
    checkpoints.restore_best(model)
    return model, progress


def fingerprint(shards: Path, settings: Train) -> str:
    """Return 16 hexadecimal digits that stand for these settings, these shards and this TensorFlow."""
    digest = hashlib.sha256(f"{keras.__version__} {tf.__version__} {settings.model_dump_json()}".encode())
    for path in sorted(shards.iterdir()):
        with path.open("rb") as file:
            digest.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def learning_rate(epoch: int, settings: Train) -> float:
    """Return the learning rate of an epoch (from 1): half a cosine from its full value down to nearly nothing.

    The method is that of SGDR without its restarts, https://arxiv.org/abs/1608.03983.
    """
    full = settings.learning_rate or NETWORKS[settings.network].learning_rate
    return full * (1 + math.cos(math.pi * (epoch - 1) / settings.epochs)) / 2


def _begin(pictures: TrainingPictures, settings: Train, checkpoints: Checkpoints) -> tuple[keras.Model, Progress]:
    """Return the network that the settings name before its first epoch, a pretrained one with a linear probe."""
    model, progress = build(settings, pictures.summary.size, len(pictures.summary.labels)), Progress()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate(1, settings)),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    # So that a state from before the first epoch has all the variables that later ones have.
    model.optimizer.build(model.trainable_variables)
    if has_backbone(model):
        training = fit_probe(model, pictures)
        _note(progress, 0, training, _measured(model, pictures))
        checkpoints.save(model, progress)
    return model, progress


def _measured(model: keras.Model, pictures: TrainingPictures) -> dict[str, float]:
    """Return the mean loss and the accuracy on the validation split."""
    return dict(model.evaluate(pictures.plain("validation"), verbose=0, return_dict=True))


def _ended(progress: Progress, settings: Train) -> bool:
    """Tell whether all epochs are done, or too many in a row have brought nothing."""
    without_gain = progress.epoch - progress.best_epoch
    return progress.epoch >= settings.epochs or without_gain >= settings.early_stopping_patience


def _run_epoch(model: keras.Model, progress: Progress, pictures: TrainingPictures, settings: Train) -> None:
    """Train for one epoch, measure on the validation split, and note both."""
    epoch = progress.epoch + 1
    model.optimizer.learning_rate = learning_rate(epoch, settings)
    _seed_dropout(model, settings.seed, epoch)
    with tqdm(total=pictures.batches_per_epoch, desc=f"epoch {epoch}/{settings.epochs}", unit="batch") as bar:
        after_batch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        # The batches come shuffled; Keras warns about that unless it is told.
        fitted = model.fit(pictures.epoch(epoch), verbose=0, shuffle=False, callbacks=[after_batch])
        training = {name: values[0] for name, values in fitted.history.items()}
        validation = _measured(model, pictures)
        bar.set_postfix_str(
            f"loss {training['loss']:.3f}, accuracy {training['accuracy']:.3f}, "
            f"validation {validation['loss']:.3f}, {validation['accuracy']:.3f}"
        )
    _note(progress, epoch, training, validation)


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Start an epoch's dropout from the seed and the epoch alone: Keras does not save how far its generators are."""
    state = np.random.SeedSequence([seed, epoch]).generate_state(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
            layer.seed_generator.state.assign(state)


def _note(progress: Progress, epoch: int, training: dict[str, float], validation: dict[str, float]) -> None:
    """Add an epoch's figures to the progress; raise UserError when they are no numbers any more."""
    if not math.isfinite(training["loss"] + validation["loss"]):
        raise UserError(f"the loss became {training['loss']} in epoch {epoch}. Lower train.learning_rate.")
    progress.epoch = epoch
    for split, figures in (("train", training), ("validation", validation)):
        row = {"epoch": epoch, "split": split, "loss": figures["loss"], "accuracy": figures["accuracy"]}
        progress.history.append(row)
    if validation["loss"] < progress.best_validation["loss"]:
        progress.best_epoch, progress.best_validation = epoch, validation
