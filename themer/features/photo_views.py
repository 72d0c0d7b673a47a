"""Random views that make product pictures look like photographs.

A view replaces the white background: with a plain colour, a gradient, a floor and a wall, or a texture. It may print
the picture on a box. It changes the camera's position and the light, and adds objects, blur, noise and JPEG artefacts.
A view depends on the picture and the generator alone: Pillow computes it in 8 bits, the same on every processor.
"""

import colorsys
import io
import math
from statistics import NormalDist

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from scipy import ndimage

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
BACKGROUND_DIFFERENCE, FOREGROUND_DIFFERENCE = 15, 50
RANGE = FOREGROUND_DIFFERENCE - BACKGROUND_DIFFERENCE
LIKENESS = [round(255 * min(1, max(0, (FOREGROUND_DIFFERENCE - one) / RANGE))) for one in range(256)]
CELL = 8  # pixels, the side of a cell of the grid on which the background grows inwards from the edges
SHAPES_BEHIND, SHAPES_IN_FRONT = 5, 3
REDUCTION = 2  # backdrops and shapes are drawn smaller, for speed; in photographs they are out of focus anyway
LEVELS = np.arange(256.0)
NORMAL = np.array([NormalDist().inv_cdf((byte + 0.5) / 256) for byte in range(256)])  # for random bytes

Colour = tuple[int, int, int]
BILINEAR = Image.Resampling.BILINEAR


def photo_view(image: np.ndarray, generator: np.random.Generator, fill: Colour = WHITE) -> np.ndarray:
    """Return a random photograph-like view of a padded product picture; `fill` is the RGB of its padding.

    Both are uint8 [size, size, 3].
    """
    picture = Image.fromarray(image)
    if fill != WHITE:
        picture.paste(WHITE, mask=background(picture, fill))
    camera = _camera(generator, LOG_DISTANCE, 0.0)
    picture, surroundings = _projected(picture, background(picture), camera, outside=255)
    small = picture.width // REDUCTION
    behind = backdrop(small, generator)
    objects = shapes(small, generator, SHAPES_BEHIND, largest=0.5, presence=0.25)
    behind.paste(objects, mask=objects)
    # Multiplying keeps the product's shadows, which fall on the new background.
    white = Image.new("RGB", picture.size, WHITE)
    scene = ImageChops.multiply(picture, Image.composite(behind.resize(picture.size, BILINEAR), white, surroundings))
    occluders = shapes(small, generator, SHAPES_IN_FRONT, largest=0.25, presence=0.2)
    if occluders.getbbox():
        occluders = occluders.resize(picture.size, BILINEAR)
        scene.paste(occluders, mask=occluders)
    if generator.random() < BOX_SHARE:
        scene = _on_box(scene, generator)
    return _degraded(_relit(scene, generator), generator)


def background(picture: Image.Image, colour: Colour = WHITE) -> Image.Image:
    """Return a mask, mode L, of the background: the area in one colour that is connected to an edge of the picture."""
    red, green, blue = ImageChops.difference(picture, Image.new("RGB", picture.size, colour)).split()
    likeness = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(LIKENESS)
    side = math.ceil(picture.width / CELL)
    open_cells = np.asarray(likeness.resize((side, side), Image.Resampling.BOX)) > 127
    # A border around the picture joins all areas at its edges.
    areas, _ = ndimage.label(np.pad(open_cells, 1, constant_values=True), np.ones((3, 3)))
    reached = Image.fromarray(np.uint8(255) * (areas[1:-1, 1:-1] == areas[0, 0]))
    # One cell more, because cells on an outline are only partly background.
    reached = reached.filter(ImageFilter.MaxFilter(3))
    return ImageChops.multiply(likeness, reached.resize(picture.size, BILINEAR))


def backdrop(size: int, generator: np.random.Generator) -> Image.Image:
    """Return a random surface or room, RGB, `size` pixels wide and high."""
    first, second = colours(2, generator)
    one_colour, direction, shift, steepness, rows, columns, grain = generator.random(7).tolist()
    surface = Image.new("RGB", (size, size), first)
    if one_colour >= 0.35:
        # Anything from a slow gradient to a sharp edge between a floor and a wall.
        slope = 255 * math.exp(steepness * 3.5)
        surface.paste(second, mask=_ramp(size, direction, slope, 127.5 + slope * (shift - 0.5) * 0.6))
    # Coarse or fine grain, longer in one direction, as in wood and cloth.
    cells = (int(math.exp(columns * 4.2) * 2), int(math.exp(rows * 4.2) * 2))
    texture = _noise("L", cells, max(grain - 0.3, 0) * 55, generator).resize(surface.size, BILINEAR)
    return ImageChops.add(surface, Image.merge("RGB", [texture] * 3), 1, -128)


def shapes(size: int, generator: np.random.Generator, count: int, largest: float, presence: float) -> Image.Image:
    """Return up to `count` random ellipses and rectangles, each there with the probability `presence`.

    The picture is RGBA, `size` pixels wide and high, transparent where there is no shape. The largest side of a shape
    is a share `largest` of it.
    """
    layer = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(layer)
    for colour, numbers in zip(colours(count, generator), generator.random((count, 6)).tolist(), strict=True):
        across, down, width, height, kind, present = numbers
        left, right = _interval(across, 0.03 + width * largest / 2, size)
        top, bottom = _interval(down, 0.03 + height * largest / 2, size)
        if present < presence:
            (draw.rectangle if kind < 0.5 else draw.ellipse)((left, top, right, bottom), (*colour, 255))
    return layer


def colours(count: int, generator: np.random.Generator) -> list[Colour]:
    """Return random colours, RGB, 0..255: any hue, any saturation, and often black, grey or white."""
    found = []
    for hue, saturation, value, kind in generator.random((count, 4)).tolist():
        saturation = saturation * 0.12 if kind < 0.3 else saturation
        value = value * 0.15 if kind > 0.85 else math.sqrt(value)
        red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
        found.append((round(255 * red), round(255 * green), round(255 * blue)))
    return found


def _interval(centre: float, radius: float, size: int) -> tuple[int, int]:
    """Return the first and the last pixel nearer to a place than a radius, both shares of a side; at least one."""
    first = math.ceil((centre - radius) * (size - 1))
    return first, max(first, math.floor((centre + radius) * (size - 1)))


def _camera(generator: np.random.Generator, log_distance: tuple[float, float], log_aspect: float) -> np.ndarray:
    """Return a random camera: a transform, float64 [3, 3], from coordinates in the view to those in the picture.

    Coordinates are homogeneous; the picture reaches from -1 to 1.
    """
    rotation, distance, right, down, tilt_x, tilt_y, flip, aspect = generator.uniform(-1, 1, 8).tolist()
    low, high = log_distance
    scale, stretch = math.exp((low + high + distance * (high - low)) / 2), math.exp(aspect * log_aspect / 2)
    cosine, sine = scale * math.cos(rotation * ROTATION_RADIANS), scale * math.sin(rotation * ROTATION_RADIANS)
    # The print on a box is never mirrored.
    flip = math.copysign(1, flip) if log_aspect == 0 else 1
    first = [flip * cosine * stretch, -flip * sine, right * SHIFT * 2]
    second = [sine, cosine / stretch, down * SHIFT * 2]
    return np.array([first, second, [tilt_x * FORESHORTENING, tilt_y * FORESHORTENING, 1]])


def _projected(
    picture: Image.Image, mask: Image.Image, camera: np.ndarray, outside: int
) -> tuple[Image.Image, Image.Image]:
    """Return a picture and a mask through a camera; around the picture, both have the value `outside`."""
    middle, half = picture.width / 2, (picture.width - 1) / 2
    to_pixels = np.array([[half, 0, middle], [0, half, middle], [0, 0, 1]])
    from_pixels = np.array([[1, 0, -middle], [0, 1, -middle], [0, 0, half]]) / half
    in_pixels = to_pixels @ camera @ from_pixels
    numbers = (in_pixels / in_pixels[2, 2]).ravel()[:8].tolist()
    # One transform of four channels takes half the time of two.
    layers = Image.merge("RGBX", (*picture.split(), mask))
    method, around = Image.Transform.PERSPECTIVE, (outside,) * 4
    red, green, blue, visible = layers.transform(picture.size, method, numbers, BILINEAR, fillcolor=around).split()
    return Image.merge("RGB", (red, green, blue)), visible


def _on_box(scene: Image.Image, generator: np.random.Generator) -> Image.Image:
    """Return a scene as the front of a box on a backdrop, which is often white, with one side of the box visible."""
    camera = _camera(generator, BOX_LOG_DISTANCE, BOX_LOG_ASPECT)
    front, inside = _projected(scene, Image.new("L", scene.size, 255), camera, outside=0)
    (side_colour,) = colours(1, generator)
    white, depth_x, depth_y = generator.uniform(-1, 1, 3).tolist()
    ground = Image.new("RGB", (1, 1), WHITE) if white < 0.2 else backdrop(scene.width // REDUCTION, generator)
    ground = ground.resize(scene.size, BILINEAR)
    # The side is a copy of the front in one colour, shifted a little.
    side = ImageChops.offset(inside, int(depth_x * 0.12 * scene.width), int(depth_y * 0.06 * scene.width))
    red, green, blue = side_colour
    ground.paste((red * 4 // 5, green * 4 // 5, blue * 4 // 5), mask=side)
    ground.paste(front, mask=inside)
    return ground


def _relit(scene: Image.Image, generator: np.random.Generator) -> Image.Image:
    """Change the light: exposure, gamma, contrast, saturation, colour cast, and more light from one side."""
    exposure, gamma, contrast, saturation, direction, slope, *gains = generator.uniform(-1, 1, 9).tolist()
    # Like gamma, this changes the mid-tones most, but it needs no power of every pixel.
    curve = np.rint(LEVELS + gamma * 0.5 * LEVELS * (1 - LEVELS / 255)).astype(int).tolist()
    angle, slope = (direction + 1) / 2, slope * 0.6
    brightest = 1 + abs(slope)
    light = _ramp(scene.width, angle, 255 * slope / brightest, 255 / brightest)
    scene = Image.composite(scene.point(curve * 3), Image.new("RGB", scene.size), light)
    exposed = [brightest * math.exp(exposure * 0.3) * (1 + gain * 0.15) for gain in gains]
    return recoloured(scene, saturation * 0.5, exposed, contrast * 0.25)


def recoloured(
    picture: Image.Image, saturation: float, gains: list[float], contrast: float, brightness: float = 0.0
) -> Image.Image:
    """Return an RGB picture with other colours: more saturation, a factor for each channel, more contrast and light.

    All but `brightness`, in levels of 255, are shares. The steps are linear, so one matrix does them all: nothing is
    rounded or cut off in between.
    """
    matrix, shift = [], brightness - 127.5 * contrast
    for channel, gain in enumerate(gains):
        row = [-luma * saturation for luma in LUMA]
        row[channel] += 1 + saturation
        matrix += [*(gain * (1 + contrast) * number for number in row), shift]
    return picture.convert("RGB", tuple(matrix))


def _degraded(scene: Image.Image, generator: np.random.Generator) -> np.ndarray:
    """Reduce quality as cameras and their files do: resolution, noise, JPEG artefacts; return the pixels."""
    detail, noise, quality = generator.random(3).tolist()
    side, deviation = int(scene.width * (1 - 0.65 * detail**2)), noise**2 * 14
    scene = scene.resize((side, side), BILINEAR).resize(scene.size, BILINEAR)
    scene = ImageChops.add(scene, _noise("RGB", scene.size, deviation, generator), 1, -128)
    file = io.BytesIO()
    scene.save(file, "JPEG", quality=25 + int(quality * 70))
    return np.asarray(Image.open(file, formats=["JPEG"]))


def _noise(mode: str, size: tuple[int, int], deviation: float, generator: np.random.Generator) -> Image.Image:
    """Return a picture of normal noise around 128."""
    table = np.rint(np.clip(128 + deviation * NORMAL, 0, 255)).astype(np.uint8).tobytes()
    # A table of random bytes takes a tenth of the time of normal numbers.
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, generator.bytes(count).translate(table))


def _ramp(size: int, direction: float, slope: float, middle: float) -> Image.Image:
    """Return a gradient, mode L, that rises by about `slope` in a direction given as 0..1."""
    line = np.linspace(-slope / 2, slope / 2, size, dtype=np.float32)
    angle = direction * 6.2832
    across, down = line * np.float32(math.cos(angle)), line * np.float32(math.sin(angle)) + np.float32(middle + 0.5)
    return Image.fromarray(np.clip(across + down[:, np.newaxis], 0, 255).astype(np.uint8))
