"""TensorFlow and Keras without their start-up notes on stderr. Warnings and errors still get through.

Import both from here (`from themer.base.quiet_tensorflow import keras, tf`), so that no other import is the first.
"""

import os
import re

from themer.base.quiet_stderr import without_notes

NOTE = re.compile(rb"I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .* failed call to cuInit")

# TF_CPP_MIN_LOG_LEVEL does not suppress the notes that TensorFlow 2.21 writes during its import.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with without_notes(NOTE):
    import keras
    import tensorflow as tf

    # Without a GPU, the search for devices logs a harmless error; searching here hides it.
    tf.config.list_physical_devices()

__all__ = ["keras", "tf"]
