"""From solids to pixels: the camera, the painting order of the solids, shading, and soft shadows on the ground."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from sample.drawing.solids import Colour, Solid, Solids, apply, arc, cross, joined, rotation

# Pillow draws polygons with hard edges, so the picture is painted larger and then reduced.
OVERSAMPLING = 3
# Directions towards the two lights, in camera coordinates.
LIGHT = np.array((-0.45, -0.62, 0.64))
FILL_LIGHT = np.array((0.80, -0.50, 0.33))
# The length of a shadow per height of the point that casts it.
SHADOW_LENGTH = 0.3
# The directions in which an outline's farthest points are looked up.
DIRECTIONS = np.array(arc(0, 337.5, 15))


@dataclass(frozen=True)
class Camera:
    """The camera's place: degrees around the scene and above it, and the distance as a multiple of the scene's size."""

    yaw: float = 30.0
    pitch: float = 25.0
    distance: float = 5.0


@dataclass(frozen=True)
class Frame:
    """The picture's height in pixels, shape and background.

    margin: a share of the height; negative margins crop the scene. narrowest, widest: limits of width / height.
    top, bottom: the ends of the background's gradient. border: the colour of a box's edge. shadow: opacity, 0..1.
    """

    height: int = 400
    margin: float = 0.06
    narrowest: float = 0.4
    widest: float = 2.2
    top: Colour = (255, 255, 255)
    bottom: Colour = (255, 255, 255)
    border: Colour | None = None
    shadow: float = 0.4


@dataclass(frozen=True)
class View:
    """A camera that looks at one scene.

    turn: its rotation [3, 3]. middle: the middle of the scene [3]. distance: from the eye to the middle, in units.
    """

    turn: np.ndarray
    middle: np.ndarray
    distance: float

    def in_camera(self, points: np.ndarray) -> np.ndarray:
        """Return points [n, 3] in camera coordinates: x right, y away, z up."""
        return apply(points - self.middle, self.turn)

    def projected(self, points: np.ndarray) -> np.ndarray:
        """Return points [n, 3], in camera coordinates, on the picture plane [n, 2], y up."""
        return points[:, (0, 2)] * (self.distance / (self.distance + points[:, 1:2]))


def view_of(solids: Solids, camera: Camera) -> View:
    """Return the view whose middle is the scene's middle."""
    centres = np.array([part.box[0] for part in solids])
    reach = np.array([np.abs(part.box[1:]).sum(axis=0) for part in solids])
    low, high = (centres - reach).min(axis=0), (centres + reach).max(axis=0)
    turn = apply(rotation("z", -camera.yaw).T, rotation("x", camera.pitch)).T
    size = math.sqrt(float(((high - low) ** 2).sum()))
    return View(turn, (low + high) / 2, camera.distance * size)


def drawn(solids: Solids, camera: Camera, frame: Frame) -> Image.Image:
    """Return the picture: RGB, frame.height pixels high, as wide as the scene needs within the frame's limits."""
    view = view_of(solids, camera)
    corners = view.projected(view.in_camera(np.vstack([part.vertices for part in solids])))
    width, scale, shift = fitted(corners, frame)
    ground = shadowed(background(width, frame), solids, view, scale, shift, frame)
    canvas = ground.resize((width * OVERSAMPLING, frame.height * OVERSAMPLING), Image.Resampling.NEAREST)
    paint(ImageDraw.Draw(canvas), solids, view, scale * OVERSAMPLING, shift * OVERSAMPLING)
    return bordered(canvas.reduce(OVERSAMPLING), frame.border)


def fitted(points: np.ndarray, frame: Frame) -> tuple[int, float, np.ndarray]:
    """Return the picture's width in pixels, and the scale and shift [2] that centre points [n, 2] in it."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, 1e-6)
    margin = 2 * frame.margin * frame.height
    scale = min((frame.height - margin) / size[1], (frame.height * frame.widest - margin) / size[0])
    width = round(min(max(size[0] * scale + margin, frame.narrowest * frame.height), frame.widest * frame.height))
    centre = (low + high) / 2
    return width, scale, np.array((width / 2 - centre[0] * scale, frame.height / 2 + centre[1] * scale))


def bordered(image: Image.Image, colour: Colour | None) -> Image.Image:
    """Return the picture with the edge of a printed box around it, unless the colour is None."""
    if colour is None:
        return image
    thickness = image.height // 22
    inner = image.crop((thickness, thickness, image.width - thickness, image.height - thickness))
    return ImageOps.expand(inner, thickness, colour)


def in_pixels(points: np.ndarray, scale: float, shift: np.ndarray) -> np.ndarray:
    """Return points [n, 2] of the picture plane in pixels [n, 2], rounded to 1/16: CPUs may differ in the last bit."""
    return np.rint((points * (scale, -scale) + shift) * 16) / 16


# ---------------------------------------------------------------- background and shadow


def background(width: int, frame: Frame) -> Image.Image:
    """Return an empty picture: a gradient from the frame's top colour to its bottom colour."""
    strip = Image.new("RGB", (1, 2))
    strip.putdata([frame.top, frame.bottom])
    if frame.top == frame.bottom:
        return Image.new("RGB", (width, frame.height), frame.top)
    return strip.resize((width, frame.height), Image.Resampling.BILINEAR)


def shadowed(
    image: Image.Image, solids: Solids, view: View, scale: float, shift: np.ndarray, frame: Frame
) -> Image.Image:
    """Return the image with the soft shadow that the solids cast on the ground, at the height of their lowest point."""
    if not frame.shadow:
        return image
    ground = min(float(part.box[0][2] - np.abs(part.box[1:, 2]).sum()) for part in solids)
    mask = Image.new("L", (image.width // 2, image.height // 2))
    draw = ImageDraw.Draw(mask)
    fallen = dropped(np.vstack([part.vertices for part in solids]), ground)
    ends = np.cumsum([len(part.vertices) for part in solids])
    for points in np.split(view.projected(view.in_camera(fallen)), ends[:-1]):
        draw.polygon(in_pixels(hull(points), scale / 2, shift / 2).ravel().tolist(), fill=255)
    wide = mask.filter(ImageFilter.GaussianBlur(frame.height / 60)).point(lambda v: round(v * frame.shadow))
    return Image.composite(Image.new("RGB", image.size, (40, 42, 52)), image, wide.resize(image.size))


def dropped(points: np.ndarray, ground: float) -> np.ndarray:
    """Return points [n, 3] projected along the light onto the ground, the plane z = ground."""
    height = (points[:, 2:3] - ground) * SHADOW_LENGTH
    return np.hstack([points[:, :2] + height * (0.45, 0.35), np.full((len(points), 1), ground)])


def hull(points: np.ndarray) -> np.ndarray:
    """Return an approximate convex hull [16, 2] of points [n, 2]: the farthest point in each of 16 directions."""
    reach = points[:, 0:1] * DIRECTIONS[:, 0] + points[:, 1:2] * DIRECTIONS[:, 1]
    return points[np.rint(reach * 4096).argmax(axis=0)]


# ---------------------------------------------------------------- faces


def paint(draw: ImageDraw.ImageDraw, solids: Solids, view: View, scale: float, shift: np.ndarray) -> None:
    """Paint every visible face of the solids, from back to front."""
    ordered = [solids[index] for index in back_to_front(solids, view)]
    scene = joined(ordered)
    ranks = np.repeat(np.arange(len(ordered)), [len(part.sizes) for part in ordered])
    points = view.in_camera(scene.vertices)
    order, normals = visible_faces(scene, ranks, points, view.distance)
    fills, shines = shades(scene.colours[order], normals, scene.edged[order])
    outlines = in_pixels(view.projected(points), scale, shift)[scene.corners].ravel().tolist()
    ends = 2 * np.cumsum(scene.sizes)
    spans = zip((ends - 2 * scene.sizes)[order].tolist(), ends[order].tolist(), strict=True)
    for (start, end), fill, shine, edged in zip(spans, fills, shines, scene.edged[order].tolist(), strict=True):
        draw.polygon(outlines[start:end], fill=fill)
        if edged:
            draw.line(outlines[start:end] + outlines[start : start + 2], fill=shine, width=2)


def visible_faces(
    scene: Solid, ranks: np.ndarray, points: np.ndarray, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices [n] of the faces that face the eye, in painting order, and their unit normals [n, 3].

    ranks: [faces], the painting order of each face's solid. points: the scene's vertices in camera coordinates.
    """
    starts = np.cumsum(scene.sizes) - scene.sizes
    following = np.arange(1, len(scene.corners) + 1)
    following[starts + scene.sizes - 1] = starts
    first = points[scene.corners]
    normals = np.add.reduceat(cross(first, first[following]), starts)
    centres = np.add.reduceat(first, starts) / scene.sizes[:, None]
    to_eye = -centres - (0, distance, 0)
    visible = np.flatnonzero((normals * to_eye).sum(axis=1) > 1e-9)
    # Rounded, so that faces of equal depth are painted in the same order on every CPU.
    depths = np.rint(centres[visible, 1] * 1024)
    order = visible[np.lexsort((-depths, scene.layers[visible], ranks[visible]))]
    chosen = normals[order]
    return order, chosen / np.sqrt((chosen * chosen).sum(axis=1, keepdims=True))


def shades(colours: np.ndarray, normals: np.ndarray, edged: np.ndarray) -> tuple[list[int], list[int]]:
    """Return the colours of faces and of their edges under two lights: diffuse (Lambert) and specular (Blinn)."""
    key = np.maximum((normals * LIGHT).sum(axis=1), 0)
    fill = np.maximum((normals * FILL_LIGHT).sum(axis=1), 0)
    half = LIGHT + (0, -1, 0)
    shine = np.maximum((normals * half).sum(axis=1) / math.sqrt(float((half * half).sum())), 0)
    shine = shine * shine * shine * shine
    glint = (shine * shine * shine * shine * np.where(edged, 25, 70))[:, None]
    lit = colours * (0.50 + 0.55 * key + 0.16 * fill)[:, None] + glint
    # Bright faces get darker edges, dark faces brighter ones.
    bright = (lit.max(axis=1) > 205)[:, None]
    edge = np.where(bright, lit * 0.9, lit * 1.08 + 14)
    return packed(lit), packed(edge)


def packed(values: np.ndarray) -> list[int]:
    """Return colours [n, 3] as integers, the form in which Pillow takes RGB fastest."""
    whole = np.rint(np.clip(values, 0, 255)).astype(int)
    return (whole[:, 0] + 256 * whole[:, 1] + 65536 * whole[:, 2]).tolist()


# ---------------------------------------------------------------- sorting


def back_to_front(solids: Solids, view: View) -> list[int]:
    """Return the painting order: each solid follows every solid that it partly hides."""
    hides = in_front(np.array([part.box for part in solids]), view)
    depths = [float(view.in_camera(part.box[:1])[0, 1]) for part in solids]
    waiting = hides.sum(axis=1)
    remaining = sorted(range(len(solids)), key=lambda i: (-round(depths[i], 4), i))
    result = []
    while remaining:
        # Where solids hide each other in a cycle, the farthest goes first.
        index = next((i for i in remaining if waiting[i] == 0), remaining[0])
        remaining.remove(index)
        result.append(index)
        waiting = waiting - hides[:, index]
    return result


def in_front(boxes: np.ndarray, view: View) -> np.ndarray:
    """Return [n, n], true where the first of two boxes [n, 4, 3] is in front of the second and may hide it.

    The face plane of either box that separates the two best decides: the box on the eye's side of it is in front.
    """
    centres, halves = boxes[:, 0], boxes[:, 1:]
    lengths = np.sqrt((halves * halves).sum(axis=2))
    axes = halves / lengths[:, :, None]
    eye = view.middle + apply(np.array([(0.0, -view.distance, 0.0)]), view.turn.T)[0]
    # [i, a, j]: the distance of box j's centre along axis a of box i, and box j's half extent on that axis
    along = np.einsum("iax,jx->iaj", axes, centres) - np.einsum("iax,ix->ia", axes, centres)[:, :, None]
    reach = np.abs(np.einsum("iax,jbx->iajb", axes, halves)).sum(axis=3)
    gap = np.rint((np.abs(along) - reach - lengths[:, :, None]) * 4096) / 4096
    eye_along = (axes * (eye - centres[:, None])).sum(axis=2)[:, :, None] * np.sign(along)
    other_in_front = eye_along > lengths[:, :, None]
    count = len(boxes)
    best = gap.argmax(axis=1)
    rows, columns = np.indices((count, count))
    own_gap, own_decision = gap[rows, best, columns], other_in_front[rows, best, columns]
    first_in_front = np.where(own_gap >= own_gap.T, ~own_decision, own_decision.T)
    return first_in_front & overlapping(boxes, view) & ~np.eye(count, dtype=bool) & ~(first_in_front & first_in_front.T)


def overlapping(boxes: np.ndarray, view: View) -> np.ndarray:
    """Return [n, n], true where the projections of two boxes may overlap."""
    centres = view.in_camera(boxes[:, 0])
    reach = np.abs(apply(boxes[:, 1:].reshape(-1, 3), view.turn)).reshape(-1, 3, 3).sum(axis=1)
    nearness = view.distance / (view.distance + centres[:, 1] - reach[:, 1])
    apart = np.zeros((len(boxes), len(boxes)), dtype=bool)
    for axis in (0, 2):
        low, high = centres[:, axis] - reach[:, axis], centres[:, axis] + reach[:, axis]
        factor = np.where(low < 0, nearness, view.distance / (view.distance + centres[:, 1] + reach[:, 1]))
        low, high = low * factor, high * np.where(high > 0, nearness, factor)
        apart |= (low[:, None] > high[None]) | (low[None] > high[:, None])
    return ~apart
