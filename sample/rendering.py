"""From solids to pixels: a camera, exact sorting of the solids, shading, soft shadows on the ground."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from sample.solids import Colour, Solid, Solids, apply, arc, cross, joined, rotation

OVERSAMPLING = 3
LIGHT = np.array((-0.45, -0.62, 0.64))
SHADOW_LENGTH = 0.3
FILL_LIGHT = np.array((0.80, -0.50, 0.33))


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from: degrees around and above, and how far away in sizes of the scene."""

    yaw: float = 30.0
    pitch: float = 25.0
    distance: float = 5.0


@dataclass(frozen=True)
class Frame:
    """The paper: height, permitted ratios of width to height, margin as a share of the height, colours."""

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
    """A camera turned towards one scene: the turn [3, 3], the middle [3] and the eye's distance in units."""

    turn: np.ndarray
    middle: np.ndarray
    distance: float

    def seen(self, points: np.ndarray) -> np.ndarray:
        """Return points [n, 3] as the camera has them: x right, y away, z up."""
        return apply(points - self.middle, self.turn)

    def projected(self, seen: np.ndarray) -> np.ndarray:
        """Return seen points [n, 3] on the picture plane [n, 2], y up."""
        return seen[:, (0, 2)] * (self.distance / (self.distance + seen[:, 1:2]))


def view_of(solids: Solids, camera: Camera) -> View:
    """Return the view that has the scene in its middle."""
    centres = np.array([part.box[0] for part in solids])
    reach = np.array([np.abs(part.box[1:]).sum(axis=0) for part in solids])
    low, high = (centres - reach).min(axis=0), (centres + reach).max(axis=0)
    turn = apply(rotation("z", -camera.yaw).T, rotation("x", camera.pitch)).T
    size = math.sqrt(float(((high - low) ** 2).sum()))
    return View(turn, (low + high) / 2, camera.distance * size)


def drawn(solids: Solids, camera: Camera, frame: Frame) -> Image.Image:
    """Return the picture (RGB, frame.height tall, as wide as the scene needs)."""
    view = view_of(solids, camera)
    corners = view.projected(view.seen(np.vstack([part.vertices for part in solids])))
    width, scale, shift = fitted(corners, frame)
    paper = shadowed(background(width, frame), solids, view, scale, shift, frame)
    canvas = paper.resize((width * OVERSAMPLING, frame.height * OVERSAMPLING), Image.Resampling.NEAREST)
    paint(ImageDraw.Draw(canvas), solids, view, scale * OVERSAMPLING, shift * OVERSAMPLING)
    return bordered(canvas.reduce(OVERSAMPLING), frame.border)


def fitted(points: np.ndarray, frame: Frame) -> tuple[int, float, np.ndarray]:
    """Return the picture's width in pixels, and the scale and shift that put points [n, 2] into its middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, 1e-6)
    margin = 2 * frame.margin * frame.height
    scale = min((frame.height - margin) / size[1], (frame.height * frame.widest - margin) / size[0])
    width = round(min(max(size[0] * scale + margin, frame.narrowest * frame.height), frame.widest * frame.height))
    centre = (low + high) / 2
    return width, scale, np.array((width / 2 - centre[0] * scale, frame.height / 2 + centre[1] * scale))


def bordered(image: Image.Image, colour: Colour | None) -> Image.Image:
    """Return the picture with the printed edge of a box, if it has a colour."""
    if colour is None:
        return image
    thickness = image.height // 22
    inner = image.crop((thickness, thickness, image.width - thickness, image.height - thickness))
    return ImageOps.expand(inner, thickness, colour)


def on_paper(points: np.ndarray, scale: float, shift: np.ndarray) -> list[tuple[float, float]]:
    """Return plane points [n, 2] in pixels, rounded to a sixteenth so that no CPU's last bit matters."""
    pixels = np.rint((points * (scale, -scale) + shift) * 16) / 16
    return [tuple(pixel) for pixel in pixels.tolist()]


# ---------------------------------------------------------------- paper and shadow


def background(width: int, frame: Frame) -> Image.Image:
    """Return the empty paper, a gradient from the frame's top colour to its bottom colour."""
    strip = Image.new("RGB", (1, 2))
    strip.putdata([frame.top, frame.bottom])
    if frame.top == frame.bottom:
        return Image.new("RGB", (width, frame.height), frame.top)
    return strip.resize((width, frame.height), Image.Resampling.BILINEAR)


def shadowed(
    paper: Image.Image, solids: Solids, view: View, scale: float, shift: np.ndarray, frame: Frame
) -> Image.Image:
    """Return the paper with the soft shadow that the solids cast on the ground under the lowest of them."""
    if not frame.shadow:
        return paper
    ground = min(float(part.box[0][2] - np.abs(part.box[1:, 2]).sum()) for part in solids)
    mask = Image.new("L", (paper.width // 2, paper.height // 2))
    draw = ImageDraw.Draw(mask)
    for part in solids:
        outline = hull(view.projected(view.seen(fallen(part.vertices, ground))))
        draw.polygon(on_paper(outline, scale / 2, shift / 2), fill=255)
    wide = mask.filter(ImageFilter.GaussianBlur(frame.height / 60)).point(lambda v: round(v * frame.shadow))
    return Image.composite(Image.new("RGB", paper.size, (40, 42, 52)), paper, wide.resize(paper.size))


def fallen(points: np.ndarray, ground: float) -> np.ndarray:
    """Return points [n, 3] moved along the light to the ground."""
    height = (points[:, 2:3] - ground) * SHADOW_LENGTH
    return np.hstack([points[:, :2] + height * (0.45, 0.35), np.full((len(points), 1), ground)])


def hull(points: np.ndarray) -> np.ndarray:
    """Return the convex hull of points [n, 2] as far as sixteen directions show it."""
    directions = np.array(arc(0, 337.5, 15))
    reach = points[:, 0:1] * directions[:, 0] + points[:, 1:2] * directions[:, 1]
    return points[np.rint(reach * 4096).argmax(axis=0)]


# ---------------------------------------------------------------- faces


def paint(draw: ImageDraw.ImageDraw, solids: Solids, view: View, scale: float, shift: np.ndarray) -> None:
    """Draw every visible face, the farthest solid first."""
    ordered = [solids[index] for index in back_to_front(solids, view)]
    scene = joined(ordered)
    ranks = np.repeat(np.arange(len(ordered)), [len(part.sizes) for part in ordered])
    seen = view.seen(scene.vertices)
    order, normals = visible_faces(scene, ranks, seen, view.distance)
    fills, shines = shades(scene.colours[order], normals, scene.edged[order])
    pixels = on_paper(view.projected(seen), scale, shift)
    around = [pixels[corner] for corner in scene.corners.tolist()]
    ends = np.cumsum(scene.sizes)
    spans = zip((ends - scene.sizes)[order].tolist(), ends[order].tolist(), strict=True)
    for (start, end), fill, shine, edged in zip(spans, fills, shines, scene.edged[order].tolist(), strict=True):
        draw.polygon(around[start:end], fill=fill)
        if edged:
            draw.line([*around[start:end], around[start]], fill=shine, width=2)


def visible_faces(scene: Solid, ranks: np.ndarray, seen: np.ndarray, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the faces that face the eye, in painting order, and their unit normals [n, 3] as the camera has them."""
    starts = np.cumsum(scene.sizes) - scene.sizes
    following = np.arange(1, len(scene.corners) + 1)
    following[starts + scene.sizes - 1] = starts
    first = seen[scene.corners]
    normals = np.add.reduceat(cross(first, first[following]), starts)
    centres = np.add.reduceat(first, starts) / scene.sizes[:, None]
    to_eye = -centres - (0, distance, 0)
    visible = np.flatnonzero((normals * to_eye).sum(axis=1) > 1e-9)
    depths = np.rint(centres[visible, 1] * 1024)
    order = visible[np.lexsort((-depths, scene.layers[visible], ranks[visible]))]
    chosen = normals[order]
    return order, chosen / np.sqrt((chosen * chosen).sum(axis=1, keepdims=True))


def shades(colours: np.ndarray, normals: np.ndarray, edged: np.ndarray) -> tuple[list[int], list[int]]:
    """Return the colour of each face, and that of its edges, under the lights: diffuse (Lambert), specular (Blinn)."""
    key = np.maximum((normals * LIGHT).sum(axis=1), 0)
    fill = np.maximum((normals * FILL_LIGHT).sum(axis=1), 0)
    half = LIGHT + (0, -1, 0)
    shine = np.maximum((normals * half).sum(axis=1) / math.sqrt(float((half * half).sum())), 0)
    shine = shine * shine * shine * shine
    glint = (shine * shine * shine * shine * np.where(edged, 25, 70))[:, None]
    lit = colours * (0.50 + 0.55 * key + 0.16 * fill)[:, None] + glint
    bright = (lit.max(axis=1) > 205)[:, None]
    edge = np.where(bright, lit * 0.9, lit * 1.08 + 14)
    return packed(lit), packed(edge)


def packed(values: np.ndarray) -> list[int]:
    """Return colours [n, 3] as the whole numbers that Pillow takes for RGB."""
    whole = np.rint(np.clip(values, 0, 255)).astype(int)
    return (whole[:, 0] + 256 * whole[:, 1] + 65536 * whole[:, 2]).tolist()


# ---------------------------------------------------------------- sorting


def back_to_front(solids: Solids, view: View) -> list[int]:
    """Return the order of painting: a solid comes after every one that it hides a part of."""
    hides = in_front(np.array([part.box for part in solids]), view)
    depths = [float(view.seen(part.box[:1])[0, 1]) for part in solids]
    waiting = hides.sum(axis=1)
    remaining = sorted(range(len(solids)), key=lambda i: (-round(depths[i], 4), i))
    result = []
    while remaining:
        # Where solids hide each other in a circle, the farthest goes first.
        index = next((i for i in remaining if waiting[i] == 0), remaining[0])
        remaining.remove(index)
        result.append(index)
        waiting = waiting - hides[:, index]
    return result


def in_front(boxes: np.ndarray, view: View) -> np.ndarray:
    """Return [n, n], true where the first of two boxes [n, 4, 3] is before the second and may hide it.

    Of the face planes of both boxes the one that parts them best decides: the box on the eye's side is in front.
    """
    centres, halves = boxes[:, 0], boxes[:, 1:]
    lengths = np.sqrt((halves * halves).sum(axis=2))
    axes = halves / lengths[:, :, None]
    eye = view.middle + apply(np.array([(0.0, -view.distance, 0.0)]), view.turn.T)[0]
    # [i, a, j]: how far box j's centre is along axis a of box i, and how far it reaches on that axis
    along = np.einsum("iax,jx->iaj", axes, centres) - np.einsum("iax,ix->ia", axes, centres)[:, :, None]
    reach = np.abs(np.einsum("iax,jbx->iajb", axes, halves)).sum(axis=3)
    gap = np.rint((np.abs(along) - reach - lengths[:, :, None]) * 4096) / 4096
    eye_along = (axes * (eye - centres[:, None])).sum(axis=2)[:, :, None] * np.sign(along)
    other_is_before = eye_along > lengths[:, :, None]
    count = len(boxes)
    best = gap.argmax(axis=1)
    rows, columns = np.indices((count, count))
    own_gap, own_verdict = gap[rows, best, columns], other_is_before[rows, best, columns]
    first_before = np.where(own_gap >= own_gap.T, ~own_verdict, own_verdict.T)
    return first_before & overlapping(boxes, view) & ~np.eye(count, dtype=bool) & ~(first_before & first_before.T)


def overlapping(boxes: np.ndarray, view: View) -> np.ndarray:
    """Return [n, n], true where the boxes' pictures may overlap."""
    seen = view.seen(boxes[:, 0])
    reach = np.abs(apply(boxes[:, 1:].reshape(-1, 3), view.turn)).reshape(-1, 3, 3).sum(axis=1)
    nearness = view.distance / (view.distance + seen[:, 1] - reach[:, 1])
    apart = np.zeros((len(boxes), len(boxes)), dtype=bool)
    for axis in (0, 2):
        low, high = seen[:, axis] - reach[:, axis], seen[:, axis] + reach[:, axis]
        factor = np.where(low < 0, nearness, view.distance / (view.distance + seen[:, 1] + reach[:, 1]))
        low, high = low * factor, high * np.where(high > 0, nearness, factor)
        apart |= (low[:, None] > high[None]) | (low[None] > high[:, None])
    return ~apart
