"""Random views that make product pictures look like photographs.

A view replaces the white background: with a plain colour, a gradient, a floor and a wall, or a texture. It may print
the picture on a box. It changes the camera's position and the light, and adds objects, blur, noise and JPEG artefacts.
The same seed gives the same view on any number of threads.
"""

from themer.base.quiet_tensorflow import keras, tf

# Limits of the camera's position. The shift is a share of the picture's side.
ROTATION_RADIANS = 0.35
LOG_DISTANCE = (-0.45, 0.5)
SHIFT = 0.15
FORESHORTENING = 0.25

BOX_SHARE = 0.3  # of the views show the picture on a box
BOX_LOG_DISTANCE = (0.1, 0.6)
BOX_LOG_ASPECT = 0.5

WHITE = (255, 255, 255)
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
# Difference from the background colour, in the channel that differs most: certainly background, certainly not.
BACKGROUND_DIFFERENCE, FOREGROUND_DIFFERENCE = 15.0, 50.0
CELL = 8  # pixels, the side of a cell of the grid on which the background grows inwards from the edges
SHAPES_BEHIND, SHAPES_IN_FRONT = 5, 3
REDUCTION = 2  # backdrops and shapes are drawn smaller, for speed; in photographs they are out of focus anyway


def photo_view(image: tf.Tensor, seed: tf.Tensor, fill: tuple[int, int, int] = WHITE) -> tf.Tensor:
    """Return a random photograph-like view of a padded product picture.

    Args:
        image: pixels 0..255 of any number type, [size, size, 3].
        seed: int32 [2]; the same seed gives the same view.
        fill: RGB of the padding.

    Returns:
        float32 [size, size, 3], 0..255.
    """
    image = tf.cast(image, tf.float32)
    if fill != WHITE:
        image = image + (255 - image) * background(image, fill)
    seeds = tf.unstack(tf.random.split(seed, 7))
    size = image.shape[0]
    picture, surroundings = _projected(image, background(image), _camera(seeds[0], LOG_DISTANCE, 0.0))
    objects, uncovered = shapes(size, seeds[2], SHAPES_BEHIND, largest=0.5, presence=0.25)
    behind = backdrop(size, seeds[1]) * uncovered + objects
    # Multiplying keeps the product's shadows, which fall on the new background.
    scene = picture * (1 - surroundings) + behind * picture / 255 * surroundings
    occluders, uncovered = shapes(size, seeds[3], SHAPES_IN_FRONT, largest=0.25, presence=0.2)
    scene = scene * uncovered + occluders
    is_boxed = _uniform(seeds[6], 1)[0] < BOX_SHARE
    scene = tf.cond(is_boxed, lambda: _on_box(scene, seeds[6]), lambda: scene)
    return _degraded(_relit(scene, seeds[4]), seeds[5])


def background(image: tf.Tensor, colour: tuple[int, int, int] = WHITE) -> tf.Tensor:
    """Return a mask of the background: the area in one colour that is connected to an edge of the picture.

    The mask is float32 [size, size, 1], 0..1; `image` is float32 [size, size, 3], 0..255.
    """
    difference = tf.reduce_max(tf.abs(image - tf.constant(colour, tf.float32)), 2, keepdims=True)
    likeness = (FOREGROUND_DIFFERENCE - difference) / (FOREGROUND_DIFFERENCE - BACKGROUND_DIFFERENCE)
    likeness = tf.clip_by_value(likeness, 0, 1)
    cells = tf.nn.avg_pool2d(likeness[None], CELL, CELL, "SAME")
    open_cells = tf.cast(cells > 0.5, tf.float32)
    side = open_cells.shape[1]
    edge = tf.pad(tf.zeros((1, side - 2, side - 2, 1)), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=1.0)
    reached = edge * open_cells
    for _ in range(side // 2):
        reached = tf.nn.max_pool2d(reached, 3, 1, "SAME") * open_cells
    # One cell more, because cells on an outline are only partly background.
    reached = tf.nn.max_pool2d(reached, 3, 1, "SAME")
    return likeness * tf.image.resize(reached, image.shape[:2])[0]


def backdrop(size: int, seed: tf.Tensor) -> tf.Tensor:
    """Return a random surface or room, float32 [size, size, 3], 0..255."""
    small = size // REDUCTION
    seeds = tf.unstack(tf.random.split(seed, 3))
    first, second = colours(2, seeds[0])
    draws = _uniform(seeds[1], 8)
    second = tf.where(draws[0] < 0.35, first, second)
    # Anything from a slow gradient to a sharp edge between a floor and a wall.
    position = _ramp(small, draws[1]) + (draws[2] - 0.5) * 0.6
    mixture = tf.clip_by_value(position * tf.exp(draws[3] * 3.5) + 0.5, 0, 1)
    surface = first + (second - first) * mixture
    # Coarse or fine grain, longer in one direction, as in wood and cloth.
    cells = tf.cast(tf.exp(draws[4:6] * 4.2) * 2, tf.int32)
    grain = tf.image.resize(tf.random.stateless_normal([cells[0], cells[1], 1], seeds[2]), (small, small))
    amplitude = tf.maximum(draws[6] - 0.3, 0) * 55
    return tf.image.resize(tf.clip_by_value(surface + grain * amplitude, 0, 255), (size, size))


def shapes(size: int, seed: tf.Tensor, count: int, largest: float, presence: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Return random ellipses and rectangles on black, and a mask of the area that none of them covers.

    Args:
        size: pixels, the side of both results.
        seed: int32 [2]; the same seed gives the same shapes.
        count: the number of shapes.
        largest: the largest side of a shape, as a share of `size`.
        presence: the probability of each shape.

    Returns:
        The shapes, float32 [size, size, 3], 0..255, and the mask, float32 [size, size, 1], 1 where there is no shape.
    """
    line = tf.linspace(0.0, 1.0, size // REDUCTION)
    seeds = tf.unstack(tf.random.split(seed, 2))
    across, down, width, height, kind, present = tf.unstack(tf.random.stateless_uniform([6, count], seeds[0]))
    dx = ((line[:, None] - across) / (0.03 + width * largest / 2)) ** 2
    dy = ((line[:, None] - down) / (0.03 + height * largest / 2)) ** 2
    rectangle, ellipse = tf.maximum(dx[None], dy[:, None]), dx[None] + dy[:, None]
    inside = tf.logical_and(tf.where(kind < 0.5, rectangle, ellipse) < 1, present < presence)
    # The first shape at a pixel covers the others. One more entry is for the pixels without a shape.
    topmost = tf.argmax(tf.pad(tf.cast(inside, tf.uint8), [[0, 0], [0, 0], [0, 1]], constant_values=1), axis=2)
    paints = tf.pad(tf.stack(colours(count, seeds[1])), [[0, 0], [0, 1]], constant_values=1.0)
    layer = tf.image.resize(tf.gather(tf.pad(paints, [[0, 1], [0, 0]]), topmost), (size, size))
    return layer[..., :3], 1 - layer[..., 3:]


def colours(count: int, seed: tf.Tensor) -> list[tf.Tensor]:
    """Return random colours, float32 [3], 0..255: any hue, any saturation, and often black, grey or white."""
    draws = tf.random.stateless_uniform([count, 4], seed)
    hue, saturation, value, kind = tf.unstack(draws, axis=1)
    saturation = tf.where(kind < 0.3, saturation * 0.12, saturation)
    value = tf.where(kind > 0.85, value * 0.15, tf.sqrt(value))
    return list(tf.unstack(tf.image.hsv_to_rgb(tf.stack([hue, saturation, value], axis=1)) * 255))


def _camera(seed: tf.Tensor, log_distance: tuple[float, float], log_aspect: float) -> tf.Tensor:
    """Return a random camera: a transform, float32 [3, 3], from coordinates in the view to those in the picture.

    Coordinates are homogeneous; the picture reaches from -1 to 1.
    """
    rotation, distance, right, down, tilt_x, tilt_y, flip, aspect = tf.unstack(_uniform(seed, 8, -1, 1))
    low, high = log_distance
    scale, stretch = tf.exp((low + high + distance * (high - low)) / 2), tf.exp(aspect * log_aspect / 2)
    cosine, sine = scale * tf.cos(rotation * ROTATION_RADIANS), scale * tf.sin(rotation * ROTATION_RADIANS)
    # The print on a box is never mirrored.
    flip = tf.sign(flip) if log_aspect == 0 else 1.0
    rows = [
        [flip * cosine * stretch, -flip * sine, right * SHIFT * 2],
        [sine, cosine / stretch, down * SHIFT * 2],
        [tilt_x * FORESHORTENING, tilt_y * FORESHORTENING, 1.0],
    ]
    return tf.stack([tf.stack(row) for row in rows])


def _projected(image: tf.Tensor, mask: tf.Tensor, camera: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a picture and its background mask through a camera; outside the picture everything is background."""
    half = (image.shape[0] - 1) / 2
    to_pixels = tf.constant([[half, 0, half], [0, half, half], [0, 0, 1]], tf.float32)
    from_pixels = tf.constant([[1 / half, 0, -1], [0, 1 / half, -1], [0, 0, 1]], tf.float32)
    in_pixels = to_pixels @ camera @ from_pixels
    transform = tf.reshape(in_pixels / in_pixels[2, 2], [9])[:8]
    projected = keras.ops.image.affine_transform(tf.concat([image - 255, mask - 1], axis=2), transform)
    return projected[..., :3] + 255, projected[..., 3:] + 1


def _on_box(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return a scene as the front of a box on a backdrop, which is often white, with one side of the box visible."""
    seeds = tf.unstack(tf.random.split(seed, 4))
    camera = _camera(seeds[0], BOX_LOG_DISTANCE, BOX_LOG_ASPECT)
    front, outside = _projected(scene, tf.zeros_like(scene[..., :1]), camera)
    ground, (side_colour,) = backdrop(scene.shape[0], seeds[1]), colours(1, seeds[2])
    white, depth_x, depth_y = tf.unstack(_uniform(seeds[3], 3, -1, 1))
    ground = tf.where(white < 0.2, 255.0, ground)
    # The side is a copy of the front in one colour, shifted a little.
    offset = tf.stack([depth_x * 0.12, depth_y * 0.06]) * scene.shape[0]
    side = tf.roll(outside, tf.cast(offset[::-1], tf.int32), axis=[0, 1])
    ground = ground * side + side_colour * 0.8 * (1 - side)
    return front * (1 - outside) + ground * outside


def _relit(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Change the light: exposure, gamma, contrast, saturation, colour cast, and more light from one side."""
    draws = tf.unstack(_uniform(seed, 9, -1, 1))
    exposure, gamma, contrast, saturation, direction, slope, *gains = draws
    # Like gamma, this changes the mid-tones most, but it needs no power of every pixel.
    scene = scene + gamma * 0.5 * scene * (1 - scene / 255)
    grey = tf.tensordot(scene, LUMA, 1)[..., None]
    scene = grey + (scene - grey) * (1 + saturation * 0.5)
    scene = scene * tf.exp(exposure * 0.3) * (1 + tf.stack(gains) * 0.15)
    scene = scene * (1 + _ramp(scene.shape[0], (direction + 1) / 2) * slope * 0.6)
    return tf.clip_by_value((scene - 127.5) * (1 + contrast * 0.25) + 127.5, 0, 255)


def _degraded(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Reduce quality as cameras and their files do: resolution, noise, JPEG artefacts."""
    seeds = tf.unstack(tf.random.split(seed, 3))
    detail, noise = tf.unstack(_uniform(seeds[0], 2))
    size = scene.shape[0]
    side = tf.cast(size * (1 - 0.65 * detail**2), tf.int32)
    scene = tf.image.resize(tf.image.resize(scene, tf.stack([side, side]), antialias=True), (size, size))
    scene = scene + tf.random.stateless_normal(scene.shape, seeds[1]) * noise**2 * 14
    pixels = tf.cast(tf.clip_by_value(scene, 0, 255), tf.uint8)
    pixels = tf.image.stateless_random_jpeg_quality(pixels, 25, 95, seeds[2])
    return tf.cast(tf.ensure_shape(pixels, scene.shape), tf.float32)


def _ramp(size: int, direction: tf.Tensor) -> tf.Tensor:
    """Return values that rise from about -0.5 to 0.5 in a direction given as 0..1, float32 [size, size, 1]."""
    line = tf.linspace(-0.5, 0.5, size)
    x, y = tf.meshgrid(line, line)
    angle = direction * 6.2832
    return (x * tf.cos(angle) + y * tf.sin(angle))[..., None]


def _uniform(seed: tf.Tensor, count: int, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Return random numbers between `low` and `high`, float32 [count]."""
    return tf.random.stateless_uniform([count], seed, low, high)
