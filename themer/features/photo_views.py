"""Product pictures made to look like photographs, drawn at random: what stands on white gets other surroundings.

Another backdrop (plain, gradient, floor and wall, texture), the front of a box, a camera that isn't straight before it,
other light, things in front, blur, noise and JPEG. The same seed gives the same view on any number of threads.
"""

from themer.base.quiet_tensorflow import keras, tf

# How far the camera may go: turn, logarithm of the distance, shift (share of the side), foreshortening.
ROTATION_RADIANS = 0.35
LOG_DISTANCE = (-0.45, 0.5)
SHIFT = 0.15
FORESHORTENING = 0.25

BOXES = 0.3  # share of the views that are printed on a box
BOX_LOG_DISTANCE = (0.1, 0.6)
BOX_LOG_ASPECT = 0.5

WHITE = (255, 255, 255)
NEAR, FAR = 15.0, 50.0  # from a colour, in the channel that differs most: surely background, and surely none
COARSE = 8  # pixels to a cell of the grid on which the background is followed inwards from the edges
SHAPES_BEHIND, SHAPES_IN_FRONT = 5, 3
DRAWN_SMALLER = 2  # backdrops and shapes, for speed; photographs have them out of focus anyway
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def photo_view(image: tf.Tensor, seed: tf.Tensor, fill: tuple[int, int, int] = WHITE) -> tf.Tensor:
    """Return a random photograph-like view of a padded product picture.

    Args:
        image: pixels 0..255 of any number type, [size, size, 3].
        seed: int32 [2]; the same seed gives the same view.
        fill: colour of the padding.

    Returns:
        float32 [size, size, 3], 0..255.
    """
    image = tf.cast(image, tf.float32)
    if fill != WHITE:
        image = image + (255 - image) * background(image, fill)
    seeds = tf.unstack(tf.random.split(seed, 7))
    size = image.shape[0]
    picture, surroundings = _seen(image, background(image), _viewpoint(seeds[0], LOG_DISTANCE, 0.0))
    furniture, free = shapes(size, seeds[2], SHAPES_BEHIND, largest=0.5, presence=0.25)
    behind = backdrop(size, seeds[1]) * free + furniture
    # Multiplied, so that the shadows on the white ground fall on the new one.
    scene = picture * (1 - surroundings) + behind * picture / 255 * surroundings
    obstacles, free = shapes(size, seeds[3], SHAPES_IN_FRONT, largest=0.25, presence=0.2)
    scene = scene * free + obstacles
    boxed = _uniform(seeds[6], 1)[0] < BOXES
    scene = tf.cond(boxed, lambda: _on_box(scene, seeds[6]), lambda: scene)
    return _by_camera(_lit(scene, seeds[4]), seeds[5])


def background(image: tf.Tensor, colour: tuple[int, int, int] = WHITE) -> tf.Tensor:
    """Return how far each pixel belongs to what reaches the edges in one colour, float32 [size, size, 1], 0..1."""
    distance = tf.reduce_max(tf.abs(image - tf.constant(colour, tf.float32)), 2, keepdims=True)
    likeness = tf.clip_by_value((FAR - distance) / (FAR - NEAR), 0, 1)
    cells = tf.nn.avg_pool2d(likeness[None], COARSE, COARSE, "SAME")
    open_cells = tf.cast(cells > 0.5, tf.float32)
    side = open_cells.shape[1]
    edge = tf.pad(tf.zeros((1, side - 2, side - 2, 1)), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=1.0)
    reached = edge * open_cells
    for _ in range(side // 2):
        reached = tf.nn.max_pool2d(reached, 3, 1, "SAME") * open_cells
    # One cell further, since the cells along an outline are only partly white.
    reached = tf.nn.max_pool2d(reached, 3, 1, "SAME")
    return likeness * tf.image.resize(reached, image.shape[:2])[0]


def backdrop(size: int, seed: tf.Tensor) -> tf.Tensor:
    """Return a random surface or room, float32 [size, size, 3], 0..255."""
    small = size // DRAWN_SMALLER
    seeds = tf.unstack(tf.random.split(seed, 3))
    first, second = colours(2, seeds[0])
    draws = _uniform(seeds[1], 8)
    second = tf.where(draws[0] < 0.35, first, second)
    # From a slow gradient to the sharp edge between a floor and a wall.
    along = _along(small, draws[1]) + (draws[2] - 0.5) * 0.6
    ramp = tf.clip_by_value(along * tf.exp(draws[3] * 3.5) + 0.5, 0, 1)
    surface = first + (second - first) * ramp
    # Grain: rough or fine, and longer in one direction, as in wood and cloth.
    cells = tf.cast(tf.exp(draws[4:6] * 4.2) * 2, tf.int32)
    grain = tf.image.resize(tf.random.stateless_normal([cells[0], cells[1], 1], seeds[2]), (small, small))
    amplitude = tf.maximum(draws[6] - 0.3, 0) * 55
    return tf.image.resize(tf.clip_by_value(surface + grain * amplitude, 0, 255), (size, size))


def shapes(size: int, seed: tf.Tensor, count: int, largest: float, presence: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Return plain ellipses and rectangles on black, each there with a probability, and where nothing covers the view.

    Both are float32: [size, size, 3], 0..255, and [size, size, 1], 1 where there is no shape.
    """
    line = tf.linspace(0.0, 1.0, size // DRAWN_SMALLER)
    seeds = tf.unstack(tf.random.split(seed, 2))
    across, down, width, height, kind, there = tf.unstack(tf.random.stateless_uniform([6, count], seeds[0]))
    dx = ((line[:, None] - across) / (0.03 + width * largest / 2)) ** 2
    dy = ((line[:, None] - down) / (0.03 + height * largest / 2)) ** 2
    rectangle, ellipse = tf.maximum(dx[None], dy[:, None]), dx[None] + dy[:, None]
    inside = tf.logical_and(tf.where(kind < 0.5, rectangle, ellipse) < 1, there < presence)
    # The first shape that a place lies in covers the others; after all of them comes nothing, for free places.
    covering = tf.argmax(tf.pad(tf.cast(inside, tf.uint8), [[0, 0], [0, 0], [0, 1]], constant_values=1), axis=2)
    paints = tf.pad(tf.stack(colours(count, seeds[1])), [[0, 0], [0, 1]], constant_values=1.0)
    layer = tf.image.resize(tf.gather(tf.pad(paints, [[0, 1], [0, 0]]), covering), (size, size))
    return layer[..., :3], 1 - layer[..., 3:]


def colours(count: int, seed: tf.Tensor) -> list[tf.Tensor]:
    """Return random colours, float32 [3], 0..255: any hue, pale to strong, and often black, grey or white."""
    draws = tf.random.stateless_uniform([count, 4], seed)
    hue, saturation, value, kind = tf.unstack(draws, axis=1)
    saturation = tf.where(kind < 0.3, saturation * 0.12, saturation)
    value = tf.where(kind > 0.85, value * 0.15, tf.sqrt(value))
    return list(tf.unstack(tf.image.hsv_to_rgb(tf.stack([hue, saturation, value], axis=1)) * 255))


def _viewpoint(seed: tf.Tensor, log_distance: tuple[float, float], log_aspect: float) -> tf.Tensor:
    """Return a camera's place as float32 [3, 3]: from a place in the view to the place in the picture seen there.

    Places are counted from the middle in halves of the side, as homogeneous coordinates.
    """
    turn, distance, right, down, tilt_x, tilt_y, flip, aspect = tf.unstack(_uniform(seed, 8, -1, 1))
    low, high = log_distance
    scale, stretch = tf.exp((low + high + distance * (high - low)) / 2), tf.exp(aspect * log_aspect / 2)
    cosine, sine = scale * tf.cos(turn * ROTATION_RADIANS), scale * tf.sin(turn * ROTATION_RADIANS)
    # What is printed can't be seen from behind.
    flip = tf.sign(flip) if log_aspect == 0 else 1.0
    rows = [
        [flip * cosine * stretch, -flip * sine, right * SHIFT * 2],
        [sine, cosine / stretch, down * SHIFT * 2],
        [tilt_x * FORESHORTENING, tilt_y * FORESHORTENING, 1.0],
    ]
    return tf.stack([tf.stack(row) for row in rows])


def _seen(image: tf.Tensor, mask: tf.Tensor, viewpoint: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a picture and its background as a camera sees them; beyond the picture all is background."""
    half = (image.shape[0] - 1) / 2
    to_pixels = tf.constant([[half, 0, half], [0, half, half], [0, 0, 1]], tf.float32)
    from_pixels = tf.constant([[1 / half, 0, -1], [0, 1 / half, -1], [0, 0, 1]], tf.float32)
    whole = to_pixels @ viewpoint @ from_pixels
    transform = tf.reshape(whole / whole[2, 2], [9])[:8]
    seen = keras.ops.image.affine_transform(tf.concat([image - 255, mask - 1], axis=2), transform)
    return seen[..., :3] + 255, seen[..., 3:] + 1


def _on_box(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return a scene as the front of a box that stands on something, often on white, one of its sides in view."""
    seeds = tf.unstack(tf.random.split(seed, 4))
    viewpoint = _viewpoint(seeds[0], BOX_LOG_DISTANCE, BOX_LOG_ASPECT)
    front, beyond = _seen(scene, tf.zeros_like(scene[..., :1]), viewpoint)
    ground, (side_colour,) = backdrop(scene.shape[0], seeds[1]), colours(1, seeds[2])
    white, depth_x, depth_y = tf.unstack(_uniform(seeds[3], 3, -1, 1))
    ground = tf.where(white < 0.2, 255.0, ground)
    # The side is the front once more, in one colour, a little away.
    offset = tf.stack([depth_x * 0.12, depth_y * 0.06]) * scene.shape[0]
    side = tf.roll(beyond, tf.cast(offset[::-1], tf.int32), axis=[0, 1])
    ground = ground * side + side_colour * 0.8 * (1 - side)
    return front * (1 - beyond) + ground * beyond


def _lit(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Change the light: exposure, gamma, contrast, saturation, colour cast, and brighter from one side."""
    draws = tf.unstack(_uniform(seed, 9, -1, 1))
    exposure, gamma, contrast, saturation, direction, slope, *gains = draws
    # Brighter or darker in the middle tones, as another gamma would be, without a power for every pixel.
    scene = scene + gamma * 0.5 * scene * (1 - scene / 255)
    grey = tf.tensordot(scene, LUMA, 1)[..., None]
    scene = grey + (scene - grey) * (1 + saturation * 0.5)
    scene = scene * tf.exp(exposure * 0.3) * (1 + tf.stack(gains) * 0.15)
    scene = scene * (1 + _along(scene.shape[0], (direction + 1) / 2) * slope * 0.6)
    return tf.clip_by_value((scene - 127.5) * (1 + contrast * 0.25) + 127.5, 0, 255)


def _by_camera(scene: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Lose detail as cameras and their files do: resolution, noise, JPEG."""
    seeds = tf.unstack(tf.random.split(seed, 3))
    detail, noise = tf.unstack(_uniform(seeds[0], 2))
    size = scene.shape[0]
    side = tf.cast(size * (1 - 0.65 * detail**2), tf.int32)
    scene = tf.image.resize(tf.image.resize(scene, tf.stack([side, side]), antialias=True), (size, size))
    scene = scene + tf.random.stateless_normal(scene.shape, seeds[1]) * noise**2 * 14
    pixels = tf.cast(tf.clip_by_value(scene, 0, 255), tf.uint8)
    pixels = tf.image.stateless_random_jpeg_quality(pixels, 25, 95, seeds[2])
    return tf.cast(tf.ensure_shape(pixels, scene.shape), tf.float32)


def _along(size: int, draw: tf.Tensor) -> tf.Tensor:
    """Return -0.5..0.5 rising along a direction given by a number 0..1, float32 [size, size, 1]."""
    line = tf.linspace(-0.5, 0.5, size)
    x, y = tf.meshgrid(line, line)
    angle = draw * 6.2832
    return (x * tf.cos(angle) + y * tf.sin(angle))[..., None]


def _uniform(seed: tf.Tensor, count: int, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
    """Return numbers between `low` and `high`, float32 [count]."""
    return tf.random.stateless_uniform([count], seed, low, high)
