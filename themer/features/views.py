"""The random views that training uses: augmented pictures, and pictures that look like photographs."""

from dataclasses import dataclass

from themer.base.quiet_tensorflow import tf
from themer.features.augmentation import augmented
from themer.features.photo_views import photo_view


@dataclass(frozen=True)
class Views:
    """How views are drawn.

    Args:
        seed: 0 or more.
        strength: of the augmentation, 0..1.
        photo_share: the share of photograph-like views, 0..1.
        fill: RGB of the padding, and of the area outside the picture.
    """

    seed: int
    strength: float
    photo_share: float
    fill: tuple[int, int, int]

    def view(self, image: tf.Tensor, epoch: int, index: tf.Tensor) -> tf.Tensor:
        """Return the view of picture number `index` in an epoch, float32 [size, size, 3], 0..255, from pixels 0..255.

        It depends on the seed, the epoch and the index alone, so any epoch can be repeated without the earlier ones.
        """
        seeds = tf.unstack(tf.random.split(tf.random.fold_in([self.seed, epoch], index), 2))
        # Building the graph of a photograph-like view takes a second in each epoch.
        if self.photo_share == 0:
            return augmented(image, seeds[1], self.strength, self.fill)
        return tf.cond(
            tf.random.stateless_uniform([], seeds[0]) < self.photo_share,
            lambda: photo_view(image, seeds[1], self.fill),
            lambda: augmented(image, seeds[1], self.strength, self.fill),
        )
