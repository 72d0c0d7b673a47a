"""TensorFlow and Keras, imported without the start-up notes on stderr; warnings and errors are still shown.

Import both from here (`from themer.quiet_tensorflow import keras, tf`), so that no other import comes first.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

NOTE = re.compile(rb"I\d{4} |WARNING: All log messages before absl::InitializeLog|E\d{4} .* failed call to cuInit")


@contextmanager
def _without_notes() -> Iterator[None]:
    """Hold back what is written to stderr meanwhile, then let through all but informational lines."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held_back.seek(0)
            os.write(2, b"".join(line for line in held_back if not NOTE.match(line)))


# TF_CPP_MIN_LOG_LEVEL does not reach the notes that TensorFlow 2.21 writes while it is being imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
with _without_notes():
    import keras
    import tensorflow as tf

    # Where there is no GPU, looking for one writes an error that is none.
    tf.config.list_physical_devices()

__all__ = ["keras", "tf"]
