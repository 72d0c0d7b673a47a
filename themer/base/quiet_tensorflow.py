"""TensorFlow and Keras without their start-up notes on stderr, and with the same arithmetic on every processor.

Import both from here (`from themer.base.quiet_tensorflow import keras, tf`), so that no other import is the first.
Warnings and errors still get through.
"""

import os
import re
import sys

from themer.base.arithmetic import DEVICE, device, prepare
from themer.base.errors import explained
from themer.base.quiet_stderr import without_notes

NOTE = re.compile(rb"I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .* failed call to cuInit")

# TF_CPP_MIN_LOG_LEVEL does not suppress the notes that TensorFlow 2.21 writes during its import.
prepare()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with without_notes(NOTE):
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
