"""The random views of pictures that training shows: some in other light and framing, some as photographs."""

from dataclasses import dataclass

from themer.base.quiet_tensorflow import tf
from themer.features.augmentation import augmented
from themer.features.photo_views import photo_view


@dataclass(frozen=True)
class Views:
    """How views are drawn: from a seed, so strong (0..1), such a share (0..1) as photographs, on this colour."""

    seed: int
    strength: float
    photo_share: float
    fill: tuple[int, int, int]

    def view(self, image: tf.Tensor, epoch: int, index: tf.Tensor) -> tf.Tensor:
        """Return the view of an epoch's picture number `index`, float32 [size, size, 3], 0..255, from pixels 0..255.

        It follows from the seed, the epoch and the index alone, so that any epoch can be repeated by itself.
        """
        seeds = tf.unstack(tf.random.split(tf.random.fold_in([self.seed, epoch], index), 2))
        return tf.cond(
            tf.random.stateless_uniform([], seeds[0]) < self.photo_share,
            lambda: photo_view(image, seeds[1], self.fill),
            lambda: augmented(image, seeds[1], self.strength, self.fill),
        )
