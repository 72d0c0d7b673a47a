"""Several networks as one backbone."""

import numpy as np
import pytest

from tests.small_shards import FILL, LABELS, settings
from tests.themer.networks.random_weights import use_random_weights
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.networks import efficientnet
from themer.networks.applications import application_features
from themer.networks.efficientnet import efficientnet_lite_features
from themer.networks.model_file import load_classifier, save_classifier
from themer.networks.registry import build, dropout_layers

PIXELS = np.random.default_rng(0).uniform(0, 255, (3, 32, 32, 3)).astype(np.float32)
# Not in alphabetical order.
NETWORKS = ["efficientnet_v2_b0", "efficientnet_lite0"]


@pytest.fixture(scope="module")
def joined() -> keras.Model:
    """A classifier on two pretrained networks, of which two blocks each are fine-tuned; not to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        use_random_weights("efficientnet_v2_b0", patch)
        return build(settings(network=NETWORKS, fine_tuned_blocks=2), 32, 3)


@pytest.fixture(scope="module")
def alone() -> list[keras.Model]:
    """The same two networks, each built alone."""
    with pytest.MonkeyPatch.context() as patch:
        use_random_weights("efficientnet_v2_b0", patch)
        return [
            application_features("efficientnet_v2_b0", 32, imagenet=True),
            efficientnet_lite_features("efficientnet_lite0", 32),
        ]


def parts(model: keras.Model) -> list[keras.Model]:
    """Return the networks of a classifier."""
    return [model.get_layer("backbone").get_layer(name) for name in NETWORKS]


def test_features_are_those_of_each_network_alone_in_the_given_order(joined, alone):
    found = joined.get_layer("backbone")(PIXELS).numpy()
    np.testing.assert_array_equal(found, np.hstack([one(PIXELS) for one in alone]))
    assert joined.name == "efficientnet_v2_b0-efficientnet_lite0"


def test_the_last_blocks_of_each_network_are_fine_tuned(joined):
    first, second = (
        [layer.name for layer in part.layers if layer.trainable and layer.weights] for part in parts(joined)
    )
    assert first[0] == "block6g_expand_conv" and first[-1] == "top_conv"
    assert second[0] == "blocks_14_expand_conv" and second[-1] == "conv_head"
    kernels = [layer for part in parts(joined) for layer in part.layers if layer.trainable]
    assert len(joined.trainable_variables) == sum(len(layer.weights) for layer in kernels) + 2


def test_dropout_layers_of_each_network_and_of_the_classifier_are_found(joined):
    assert [layer.name for layer in dropout_layers(joined)] == ["block6g_drop", "block6h_drop", "dropout"]


def test_a_saved_classifier_on_networks_with_layers_of_the_same_names_predicts_the_same(tmp_path, monkeypatch):
    # The second one is deeper within its first stages too.
    monkeypatch.setattr(efficientnet, "STAGES", efficientnet.STAGES[:3])
    similar = settings(network=["efficientnet_lite0", "efficientnet_lite1"], weights="none")
    model = build(similar, 32, 3)
    random = np.random.default_rng(0)
    model.set_weights([array + random.uniform(0.001, 0.01, array.shape) for array in model.get_weights()])
    description = Description(LABELS, 32, FILL, "efficientnet_lite0 + efficientnet_lite1", temperature=1.5)
    save_classifier(model, description, tmp_path / "classifier.keras")
    loaded = load_classifier(tmp_path / "classifier.keras")
    assert loaded.description == description
    np.testing.assert_array_equal(loaded.model([PIXELS]), model(PIXELS))
    assert [one.shape for one in loaded.model.trainable_variables] == [one.shape for one in model.trainable_variables]
