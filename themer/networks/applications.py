"""Backbones from keras.applications, each with its own preprocessing inside.

Source of the networks and of the preprocessing that each expects: https://keras.io/api/applications/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from themer.base.errors import UserError
from themer.base.quiet_tensorflow import keras
from themer.networks.normalization import use_same_normalization

IMAGENET_MEANS_BGR = (103.939, 116.779, 123.68)


def _unchanged(pixels: Any) -> Any:
    """Return the pixels unchanged, for networks whose first layers scale them."""
    return pixels


def _scaled_to_one(pixels: Any) -> Any:
    """Scale pixels from 0..255 to -1..1, for networks that were trained in TensorFlow."""
    return keras.layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(pixels)


def _centred_bgr(pixels: Any) -> Any:
    """Swap red and blue and subtract ImageNet's means, for networks that were trained in Caffe."""
    bgr = keras.ops.flip(pixels, axis=-1)
    return keras.layers.Rescaling(1.0, offset=[-mean for mean in IMAGENET_MEANS_BGR], name="rescaling")(bgr)


@dataclass(frozen=True)
class Application:
    """A network of keras.applications.

    Args:
        construct: builds the network.
        preprocess: turns pixels 0..255 into the values that the network expects.
        block: a regular expression that matches the name of a block, the prefix of its layers' names.
    """

    construct: Callable[..., keras.Model]
    preprocess: Callable[[Any], Any]
    block: str


APPLICATIONS = {
    "convnext_tiny": Application(
        keras.applications.ConvNeXtTiny, _unchanged, r"convnext_tiny_stage_\d+_block_\d+(?=_)"
    ),
    "efficientnet_v2_b0": Application(keras.applications.EfficientNetV2B0, _unchanged, r"block\d[a-z](?=_)"),
    "mobilenet_v2": Application(keras.applications.MobileNetV2, _scaled_to_one, r"(expanded_conv|block_\d+)(?=_)"),
    "mobilenet_v3_large": Application(keras.applications.MobileNetV3Large, _unchanged, r"expanded_conv(_\d+)?(?=_)"),
    "mobilenet_v3_small": Application(keras.applications.MobileNetV3Small, _unchanged, r"expanded_conv(_\d+)?(?=_)"),
    "resnet50": Application(keras.applications.ResNet50, _centred_bgr, r"conv\d_block\d+(?=_)"),
    "vgg16": Application(keras.applications.VGG16, _centred_bgr, r"block\d(?=_)"),
}


def application_features(name: str, size: int, imagenet: bool) -> keras.Model:
    """Return a network of APPLICATIONS without its classifier, with ImageNet weights or random ones.

    The model maps pixels 0..255, float32 [n, size, size, 3], to features, float32 [n, width]: the mean of each channel
    of the last feature maps.

    Raises:
        UserError: the ImageNet weights are not in Keras's folder and can't be downloaded.
    """
    application = APPLICATIONS[name]
    inputs = keras.Input((size, size, 3), name="pixels")
    preprocessed = application.preprocess(inputs)
    weights = "imagenet" if imagenet else None
    try:
        model = application.construct(
            include_top=False, weights=weights, input_shape=(size, size, 3), input_tensor=preprocessed, pooling="avg"
        )
    # Keras raises a bare Exception when a download fails.
    except Exception as error:
        if not imagenet:
            raise
        raise UserError(_weights_unavailable(name, error)) from None
    return use_same_normalization(keras.Model(inputs, model.output, name="backbone"))


def _weights_unavailable(name: str, error: Exception) -> str:
    """Return the message for ImageNet weights that can't be downloaded."""
    return (
        f"train.network: Keras could not get the ImageNet weights of {name} ({error}). Use efficientnet_lite0, whose "
        "weights come with the requirements, or set train.weights to none or to a file of weights."
    )
