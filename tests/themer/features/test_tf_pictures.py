import numpy as np
import pytest

from tests.small_shards import FILL, write_shards
from themer.base.errors import UserError
from themer.features.tf_pictures import apply_view, read_split
from themer.features.views import FIRST_EPOCH, Views
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


def test_view_0_is_the_unchanged_picture_and_the_others_differ_from_those_of_training(tmp_path):
    shards, views = write_shards(tmp_path), Views(7, 0.5, 0, FILL)
    pictures = read_split(shards, "train")
    found = [np.stack(list(apply_view(pictures, views, view).as_numpy_iterator())) for view in (0, 1, 1, 2)]
    images = [one["image"] for one in pictures.as_numpy_iterator()]
    np.testing.assert_array_equal(found[0], images)
    np.testing.assert_array_equal(found[1], found[2])
    of_features, of_training = (views.view(images[3], epoch, 3) for epoch in (FIRST_EPOCH + 1, 1))
    np.testing.assert_array_equal(found[1][3], of_features)
    assert np.abs(found[1][3] - of_training).max() > 1
    assert (found[1] != found[3]).any(axis=(1, 2, 3)).all()
