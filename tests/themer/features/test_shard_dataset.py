import numpy as np
import pytest

from tests.small_shards import write_shards
from themer.base.errors import UserError
from themer.features.shard_dataset import read_split
from themer.shards.files import read_examples


def test_tensorflow_reads_the_pictures_in_the_same_order_and_decodes_the_same_pixels(tmp_path):
    shards = write_shards(tmp_path)
    elements, examples = list(read_split(shards, "train").as_numpy_iterator()), list(read_examples(shards, "train"))
    assert len(elements) == len(examples) == 12
    for element, example in zip(elements, examples, strict=True):
        assert (element["set_id"].decode(), element["label"]) == (example.set_id, example.label)
        np.testing.assert_array_equal(element["image"], example.pixels)


def test_a_missing_directory_is_an_error_that_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match="no shards here.*dvc repro"):
        read_split(tmp_path / "nowhere", "train")
