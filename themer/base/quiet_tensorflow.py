"""TensorFlow and Keras without their start-up notes on stderr, and with the same arithmetic everywhere.

Keras reads `~/.keras/keras.json`, which other projects may have changed: it gets settings of the pipeline's own.

Import both from here (`from themer.base.quiet_tensorflow import keras, tf`), so that no other import is the first.
Warnings and errors still get through.
"""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from themer.base.arithmetic import DEVICE, device, prepare
from themer.base.errors import UserError, explained
from themer.base.quiet_stderr import without_notes

NOTE = re.compile(rb"I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .* failed call to cuInit")

# Keras imports these for wrappers and drawings that the pipeline does not use: a quarter of the time.
UNUSED = ("matplotlib", "sklearn")


@contextmanager
def _only_what_is_used() -> Iterator[None]:
    """Import nothing that is unused, and collect no garbage: all that is imported stays."""
    hidden = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        for name in hidden:
            del sys.modules[name]


@explained
def _import_keras() -> None:
    """Import Keras for the first time, with TensorFlow, and give it the settings that it starts with by itself."""
    # The file names a backend too, but the environment has the last word.
    os.environ.update(KERAS_BACKEND="tensorflow", KERAS_NNX_ENABLED="0")
    try:
        from keras import config
    except (ValueError, AttributeError, OSError) as error:
        folder = os.environ.get("KERAS_HOME", "~/.keras")
        raise UserError(f"Keras can't use the file keras.json in {folder}: {error}. Correct or delete it.") from None
    config.set_floatx("float32")
    config.set_epsilon(1e-7)
    config.set_image_data_format("channels_last")


# TF_CPP_MIN_LOG_LEVEL does not suppress the notes that TensorFlow 2.21 writes during its import.
prepare()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with without_notes(NOTE), _only_what_is_used():
    _import_keras()
    import keras
    import tensorflow as tf

    # Without a GPU, the search for devices logs a harmless error; searching here hides it.
    GPUS = tf.config.list_physical_devices("GPU")

# How sums are shared out among threads changes their last bits.
tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)


@explained
def _choose_device() -> None:
    """Hide the GPUs, unless the environment asks for them; say so once."""
    use_gpu, note = device(len(GPUS), os.environ.get(DEVICE, ""))
    if not use_gpu:
        tf.config.set_visible_devices([], "GPU")
    if note:
        print(note, file=sys.stderr)


_choose_device()

__all__ = ["keras", "tf"]
