import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_shards import FILL, picture, write_shards
from themer.base.errors import UserError
from themer.base.quiet_tensorflow import tf
from themer.features.photo_views import photo_view
from themer.features.views import FIRST_EPOCH, Views, apply_view, augmented, read_split
from themer.shards.files import read_examples

PICTURE = tf.constant(picture(label=2, seed=0))
PIXELS = picture(label=1, seed=0)
seeds = st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2)


def view(views: Views, epoch: int = 1, index: int = 0) -> np.ndarray:
    return views.view(PICTURE, epoch, tf.constant(index, tf.int64)).numpy()


def second_seed(epoch: int, index: int) -> tf.Tensor:
    return tf.random.split(tf.random.fold_in([7, epoch], tf.constant(index, tf.int64)), 2)[1]


def changed(seed: list[int], strength: float, image: np.ndarray = PIXELS, fill: tuple = FILL) -> np.ndarray:
    return augmented(tf.constant(image), tf.constant(seed, tf.int32), strength, fill).numpy()


def test_a_share_of_0_or_1_gives_one_kind_of_view():
    for index in range(5):
        plain, photo = (view(Views(7, 0.5, share, FILL), 3, index) for share in (0, 1))
        np.testing.assert_array_equal(plain, augmented(PICTURE, second_seed(3, index), 0.5, FILL))
        np.testing.assert_array_equal(photo, photo_view(PICTURE, second_seed(3, index)))


def test_strength_0_and_share_0_leave_the_picture_unchanged():
    np.testing.assert_array_equal(view(Views(7, 0, 0, FILL)), PICTURE)


def test_the_share_of_photograph_like_views_is_kept():
    views = Views(7, 0, 0.3, FILL)
    photo_views = sum((view(views, 1, index) != PICTURE.numpy()).any() for index in range(100))
    assert 15 <= photo_views <= 45


@pytest.mark.parametrize("other", [(8, 1, 0), (7, 2, 0), (7, 1, 1)])
def test_another_seed_epoch_or_index_gives_another_view(other):
    seed, epoch, index = other
    assert (view(Views(7, 0.5, 0.5, FILL)) != view(Views(seed, 0.5, 0.5, FILL), epoch, index)).any()


def test_neither_order_nor_parallel_calls_change_a_view():
    def all_views(numbers: tf.data.Dataset, parallel: int) -> dict[int, bytes]:
        views = Views(7, 0.5, 0.5, FILL)
        found = numbers.map(lambda index: (index, views.view(PICTURE, 1, index)), num_parallel_calls=parallel)
        return {int(index): pixels.tobytes() for index, pixels in found.as_numpy_iterator()}

    forward = all_views(tf.data.Dataset.range(12), 1)
    backward = all_views(tf.data.Dataset.range(11, -1, -1), 3)
    assert forward == backward and len(set(forward.values())) == 12


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
    of_features, of_training = (
        views.view(images[3], epoch, tf.constant(3, tf.int64)) for epoch in (FIRST_EPOCH + 1, 1)
    )
    np.testing.assert_allclose(found[1][3], of_features, atol=1e-3)
    assert np.abs(found[1][3] - of_training).max() > 1
    assert (found[1] != found[3]).any(axis=(1, 2, 3)).all()


@settings(deadline=None, max_examples=30)
@given(seed=seeds, strength=st.floats(0, 1))
def test_views_keep_shape_and_range(seed, strength):
    pixels = changed(seed, strength)
    assert pixels.shape == PIXELS.shape and pixels.dtype == np.float32
    assert pixels.min() >= 0 and pixels.max() <= 255


@settings(deadline=None, max_examples=20)
@given(seed=seeds, strength=st.floats(0.1, 1))
def test_same_seed_gives_same_view(seed, strength):
    np.testing.assert_array_equal(changed(seed, strength), changed(seed, strength))


def test_different_seeds_give_different_views():
    views = [changed([1, index], 0.5) for index in range(5)]
    assert all(np.abs(one - other).mean() > 1 for at, one in enumerate(views) for other in views[:at])


def test_strength_0_leaves_the_picture_unchanged():
    np.testing.assert_array_equal(changed([1, 2], 0), PIXELS)


def test_a_higher_strength_changes_the_picture_more():
    changes = [np.mean([np.abs(changed([1, i], s) - PIXELS).mean() for i in range(20)]) for s in (0.1, 0.5, 1)]
    assert changes == sorted(changes)


def test_even_a_tiny_strength_flips_about_half_of_the_pictures():
    flipped = [
        np.abs(changed([3, i], 1e-4) - PIXELS[:, ::-1]).mean() < np.abs(changed([3, i], 1e-4) - PIXELS).mean()
        for i in range(60)
    ]
    assert 15 < sum(flipped) < 45


def test_a_picture_in_the_fill_colour_gets_no_visible_edges():
    plain = np.full((32, 32, 3), (200, 120, 40), np.uint8)
    for index in range(10):
        pixels = changed([5, index], 1, plain, (200, 120, 40))
        assert np.ptp(pixels, axis=(0, 1)).max() < 1e-3
