"""Networks that are always trained from scratch: a small one of five layers, and AlexNet."""

from typing import Any

from themer.base.quiet_tensorflow import keras

ALEXNET_SMALLEST_SIZE = 67


def lego_cnn(size: int, label_count: int, dropout: float) -> keras.Model:
    """Return a small network: three convolutions and two dense layers."""
    return keras.Sequential(
        [
            keras.Input((size, size, 3), name="pixels"),
            keras.layers.Rescaling(1 / 255, name="rescaling"),
            keras.layers.Conv2D(32, 6, padding="same", activation="relu", name="conv1"),
            keras.layers.MaxPooling2D(2, name="pool1"),
            keras.layers.Conv2D(64, 9, padding="same", activation="relu", name="conv2"),
            keras.layers.MaxPooling2D(2, name="pool2"),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(64, activation="relu", name="dense"),
            keras.layers.Dropout(dropout, name="dropout"),
            keras.layers.Dense(label_count, activation="softmax", name="probabilities"),
        ],
        name="lego_cnn",
    )


def alexnet(size: int, label_count: int, dropout: float) -> keras.Model:
    """Return AlexNet, without the two groups of its convolutions, for pictures of any size.

    Source: Krizhevsky, Sutskever and Hinton 2012, https://doi.org/10.1145/3065386. Grey padding brings 224 pixels to
    the 227 that the paper's layer sizes imply, and small pictures to the 67 that three poolings need.
    """
    inputs = keras.Input((size, size, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(inputs)
    padding = max(3, ALEXNET_SMALLEST_SIZE - size)
    x = keras.layers.ZeroPadding2D(((padding // 2, padding - padding // 2),) * 2, name="padding")(x)
    x = _alexnet_convolutions(x)
    for name in ("dense6", "dense7"):
        x = keras.layers.Dense(4096, activation="relu", name=name)(x)
        x = keras.layers.Dropout(dropout, name=f"{name}_dropout")(x)
    outputs = keras.layers.Dense(label_count, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="alexnet")


def local_response_normalization(x: Any) -> Any:
    """Divide each value by a power of the energy of the 5 channels around it (section 3.3 of the AlexNet paper)."""
    channels = x.shape[-1]
    squares = keras.ops.pad(keras.ops.square(x), [[0, 0], [0, 0], [0, 0], [2, 2]])
    energy = squares[..., :channels]
    for shift in range(1, 5):
        energy = energy + squares[..., shift : shift + channels]
    return x / (2 + 1e-4 * energy) ** 0.75


def _alexnet_convolutions(x: Any) -> Any:
    """Apply AlexNet's five convolutions with the normalizations and overlapping poolings between them."""
    x = keras.layers.Conv2D(96, 11, 4, activation="relu", name="conv1")(x)
    x = keras.layers.MaxPooling2D(3, 2, name="pool1")(local_response_normalization(x))
    x = keras.layers.Conv2D(256, 5, padding="same", activation="relu", name="conv2")(x)
    x = keras.layers.MaxPooling2D(3, 2, name="pool2")(local_response_normalization(x))
    for name, channels in (("conv3", 384), ("conv4", 384), ("conv5", 256)):
        x = keras.layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
    return keras.layers.Flatten(name="flatten")(keras.layers.MaxPooling2D(3, 2, name="pool5")(x))
