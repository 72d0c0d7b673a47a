"""Networks and parts of them for LiteRT, which takes half of TensorFlow's time for a picture, on one thread each.

Its convolutions have the same bits on every processor with AVX2.
"""

import re

from themer.base.quiet_stderr import without_notes
from themer.base.quiet_tensorflow import keras, tf

# The converter's notes on options that nobody set.
NOTE = re.compile(rb"I\d{4} |W\d{4} .*tf_tfl_flatbuffer_helpers")


def lite_model(model: keras.Model) -> bytes:
    """Return a model with one input as a float32 `.tflite` file with one signature, which takes one picture at a time.

    The input is called pixels. Outputs keep their names if the model returns a dictionary; a single one is output_0.
    """
    # As constants: the converter leaves out the variables of a Keras model, and takes twice as long with all others.
    kinds = (model.trainable_variables, model.non_trainable_variables)
    weights = [[variable.numpy() for variable in variables] for variables in kinds]

    def run(pixels: tf.Tensor) -> dict[str, tf.Tensor] | tf.Tensor:
        """Return the model's outputs for float32 [1, ...]."""
        constants = [[tf.constant(values) for values in kind] for kind in weights]
        return model.stateless_call(*constants, pixels, training=False)[0]

    with without_notes(NOTE):
        signature = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="pixels")
        function = tf.function(run, autograph=False).get_concrete_function(signature)
        return bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], tf.Module()).convert())
