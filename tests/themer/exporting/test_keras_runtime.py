import numpy as np
import pytest

from tests.small_shards import picture
from tests.themer.small_model import untrained_classifier
from themer.exporting.keras_runtime import KerasRuntime

PICTURES = np.stack([picture(index % 3, index) for index in range(19)])


@pytest.fixture(scope="module")
def runtime() -> KerasRuntime:
    return KerasRuntime(untrained_classifier(), "abc")


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_other_pictures_in_the_batch_change_no_output(runtime, count):
    whole, some = runtime.run(PICTURES), runtime.run(PICTURES[-count:])
    np.testing.assert_allclose(some.probabilities, whole.probabilities[-count:], atol=1e-6, rtol=0)
    np.testing.assert_allclose(some.features, whole.features[-count:], atol=1e-6, rtol=0)


def test_an_empty_batch_gives_empty_outputs(runtime):
    outputs = runtime.run(PICTURES[:0])
    assert outputs.probabilities.shape == (0, 3) and outputs.features.shape[0] == 0
