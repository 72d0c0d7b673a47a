"""Backbones from keras.applications, each with its own preprocessing inside.

The networks, their names and what they expect: https://keras.io/api/applications/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras

IMAGENET_MEANS_BGR = (103.939, 116.779, 123.68)


def _as_they_are(pixels: Any) -> Any:
    """Return the pixels: the network's own first layers scale them."""
    return pixels


def _from_minus_one_to_one(pixels: Any) -> Any:
    """Scale pixels 0..255 to -1..1, as TensorFlow's own networks expect them."""
    return keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(pixels)


def _centred_bgr(pixels: Any) -> Any:
    """Swap red and blue and take ImageNet's means away, as networks that came from Caffe expect it."""
    bgr = keras.ops.flip(pixels, axis=-1)
    return keras.layers.Rescaling(1.0, offset=[-mean for mean in IMAGENET_MEANS_BGR], name="rescaling")(bgr)


@dataclass(frozen=True)
class Application:
    """A network of keras.applications: how to make it, what it expects, and a regular expression for a block's name."""

    construct: Callable[..., keras.Model]
    preprocess: Callable[[Any], Any]
    block: str


APPLICATIONS = {
    "convnext_tiny": Application(
        keras.applications.ConvNeXtTiny, _as_they_are, r"convnext_tiny_stage_\d+_block_\d+(?=_)"
    ),
    "efficientnet_v2_b0": Application(keras.applications.EfficientNetV2B0, _as_they_are, r"block\d[a-z](?=_)"),
    "mobilenet_v2": Application(
        keras.applications.MobileNetV2, _from_minus_one_to_one, r"(expanded_conv|block_\d+)(?=_)"
    ),
    "mobilenet_v3_large": Application(keras.applications.MobileNetV3Large, _as_they_are, r"expanded_conv(_\d+)?(?=_)"),
    "mobilenet_v3_small": Application(keras.applications.MobileNetV3Small, _as_they_are, r"expanded_conv(_\d+)?(?=_)"),
    "resnet50": Application(keras.applications.ResNet50, _centred_bgr, r"conv\d_block\d+(?=_)"),
    "vgg16": Application(keras.applications.VGG16, _centred_bgr, r"block\d(?=_)"),
}


def application_features(name: str, size: int, imagenet: bool) -> keras.Model:
    """Return a network of APPLICATIONS without its classifier, with its ImageNet weights or with random ones.

    It takes pixels 0..255 as float32 [n, size, size, 3] and gives features, the means over each channel's map, as
    float32 [n, d].

    Raises:
        UserError: the ImageNet weights are not here, and can't be downloaded.
    """
    application = APPLICATIONS[name]
    inputs = keras.Input((size, size, 3), name="pixels")
    prepared = application.preprocess(inputs)
    weights = "imagenet" if imagenet else None
    try:
        model = application.construct(
            include_top=False, weights=weights, input_shape=(size, size, 3), input_tensor=prepared, pooling="avg"
        )
    # Keras raises a bare Exception when a download fails.
    except Exception as error:
        if not imagenet:
            raise
        raise UserError(_no_weights(name, error)) from None
    return keras.Model(inputs, model.output, name="backbone")


def _no_weights(name: str, error: Exception) -> str:
    """Return what to do without a network's ImageNet weights."""
    return (
        f"train.network: Keras could not get the ImageNet weights of {name} ({error}): take efficientnet_lite0, whose "
        "weights come with the requirements, or set train.weights to none or to a file of weights."
    )
