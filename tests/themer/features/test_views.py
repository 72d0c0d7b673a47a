import numpy as np
import pytest

from tests.small_shards import FILL, picture
from themer.base.quiet_tensorflow import tf
from themer.features.augmentation import augmented
from themer.features.photo_views import photo_view
from themer.features.views import Views

PICTURE = tf.constant(picture(label=2, seed=0))


def view(views: Views, epoch: int = 1, index: int = 0) -> np.ndarray:
    return views.view(PICTURE, epoch, tf.constant(index, tf.int64)).numpy()


def second_seed(epoch: int, index: int) -> tf.Tensor:
    return tf.random.split(tf.random.fold_in([7, epoch], tf.constant(index, tf.int64)), 2)[1]


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
