"""TensorFlow and Keras, imported without the start-up notes on stderr; warnings and errors are still shown.

Import both from here (`from themer.quiet_tensorflow import keras, tf`), so that no other import comes first.
"""

import os
import re

from themer.base.quiet_stderr import without_notes

NOTE = re.compile(rb"I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .* failed call to cuInit")

# TF_CPP_MIN_LOG_LEVEL does not reach the notes that TensorFlow 2.21 writes while it is being imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with without_notes(NOTE):
    import keras
    import tensorflow as tf

    # Where there is no GPU, looking for one writes an error that is none.
    tf.config.list_physical_devices()

__all__ = ["keras", "tf"]
