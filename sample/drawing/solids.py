"""Solids, the building blocks of pictures: meshes of flat faces, made by primitives and placed by transforms.

One unit is the distance between two studs (8 mm). x points right, y away from the viewer, z up.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

Colour = tuple[int, int, int]
Point = tuple[float, float, float]
Outline = Sequence[tuple[float, float]]


class Solid(NamedTuple):
    """A mesh that is painted as a whole.

    vertices: [n, 3]. corners: the vertex indices of all faces, face by face, counter-clockwise from outside.
    sizes: [faces], the number of corners of each face. colours: [faces, 3], 0..255. layers: [faces], higher layers are
    painted over lower ones. edged: [faces], whether the edges are drawn. box: [4, 3], the centre and the three half
    axes of an oriented box; the painting order depends on it.
    """

    vertices: np.ndarray
    corners: np.ndarray
    sizes: np.ndarray
    colours: np.ndarray
    layers: np.ndarray
    edged: np.ndarray
    box: np.ndarray


Solids = list[Solid]
Parts = Solid | Iterable[Solid]


def each(parts: Parts) -> Iterable[Solid]:
    """Return one solid or several as an iterable."""
    return [parts] if isinstance(parts, Solid) else parts


def group(*parts: Parts | Iterable[Parts]) -> Solids:
    """Return solids and nested groups of solids as one flat list."""
    result: Solids = []
    for part in parts:
        result += [part] if isinstance(part, Solid) else group(*part)
    return result


def path(text: str) -> list[tuple[float, float]]:
    """Return the points of an outline or profile that is written as "x,z x,z ..."."""
    pairs = [point.split(",") for point in text.split()]
    return [(float(x), float(z)) for x, z in pairs]


def bounding_box(vertices: np.ndarray) -> np.ndarray:
    """Return the centre and half axes [4, 3] of the box around vertices [n, 3]."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    # Flat meshes get some thickness, as the half axes are divided by their lengths.
    return np.vstack([(low + high) / 2, np.diag(np.maximum((high - low) / 2, 1e-3))])


Faces = tuple[np.ndarray, np.ndarray]


def listed(faces: Sequence[Sequence[int]]) -> Faces:
    """Return the corners and sizes of faces."""
    return np.array([corner for face in faces for corner in face]), np.array([len(face) for face in faces])


def solid(vertices: np.ndarray, faces: Faces, colour: Colour, edged: bool = False) -> Solid:
    """Return a solid of one colour."""
    count = len(faces[1])
    colours = np.tile(np.array(colour, dtype=float), (count, 1))
    return Solid(vertices, *faces, colours, np.zeros(count, int), np.full(count, edged), bounding_box(vertices))


def extent(part: Solid) -> tuple[float, float, float]:
    """Return the width, depth and height of the solid's box."""
    wide, deep, high = (2 * np.abs(part.box[1:]).sum(axis=0)).tolist()
    return wide, deep, high


def leftmost(parts: Parts) -> float:
    """Return the least x of the parts."""
    return min(float(part.vertices[:, 0].min()) for part in each(parts))


# ---------------------------------------------------------------- transforms


def transformed(parts: Parts, matrix: np.ndarray, offset: Point = (0, 0, 0)) -> Solids:
    """Return the parts with every point p at matrix @ p + offset."""
    result = []
    for part in each(parts):
        box = apply(part.box, matrix)
        box[0] += offset
        result.append(part._replace(vertices=apply(part.vertices, matrix) + offset, box=box))
    return result


def apply(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return points [n, 3] times matrix [3, 3], written out: a BLAS may round differently on another CPU."""
    x, y, z = points[:, 0:1], points[:, 1:2], points[:, 2:3]
    return x * matrix[:, 0] + y * matrix[:, 1] + z * matrix[:, 2]


def moved(parts: Parts, x: float = 0, y: float = 0, z: float = 0) -> Solids:
    """Return the parts moved by (x, y, z)."""
    shift = np.zeros((4, 3))
    shift[0] = x, y, z
    return [part._replace(vertices=part.vertices + shift[0], box=part.box + shift) for part in each(parts)]


def scaled(parts: Parts, x: float, y: float | None = None, z: float | None = None) -> Solids:
    """Return the parts scaled about the origin, evenly if only x is given; factors must be positive."""
    return transformed(parts, np.diag([x, x if y is None else y, x if z is None else z]).astype(float))


def turned(parts: Parts, axis: str, degrees: float) -> Solids:
    """Return the parts turned about the axis "x", "y" or "z" through the origin."""
    return transformed(parts, rotation(axis, degrees))


@lru_cache(maxsize=512)
def rotation(axis: str, degrees: float) -> np.ndarray:
    """Return the 3 x 3 matrix of a rotation about one axis."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def aimed(parts: Parts, start: Point, end: Point) -> Solids:
    """Return parts, built upright on the origin, moved to start and turned so that their z axis points to end."""
    direction = [b - a for a, b in zip(start, end, strict=True)]
    length = math.sqrt(sum(d * d for d in direction))
    z = np.array(direction) / length
    # The helper must not be parallel to z.
    helper = np.array((0.0, 1.0, 0.0)) if abs(z[1]) < 0.9 else np.array((1.0, 0.0, 0.0))
    x = cross(helper, z)
    x /= math.sqrt(float((x * x).sum()))
    return transformed(parts, np.column_stack([x, cross(z, x), z]), start)


def cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the cross products of vectors [..., 3]."""
    onward, back = [1, 2, 0], [2, 0, 1]
    return first[..., onward] * second[..., back] - first[..., back] * second[..., onward]


def mirrored(parts: Parts) -> Solids:
    """Return the parts with left and right swapped."""
    # Mirroring turns faces inside out; reversed corners turn them back.
    flip = np.diag([-1.0, 1.0, 1.0])
    return [part._replace(corners=reversed_corners(part)) for part in transformed(parts, flip)]


def reversed_corners(part: Solid) -> np.ndarray:
    """Return the corners with the order reversed within each face."""
    ends = np.cumsum(part.sizes)
    mirror = np.repeat(2 * ends - part.sizes - 1, part.sizes)
    return part.corners[mirror - np.arange(len(part.corners))]


def joined(parts: Sequence[Solid], box: np.ndarray | None = None) -> Solid:
    """Return several solids as one; box: see Solid, by default the one around all vertices."""
    vertices = np.concatenate([part.vertices for part in parts])
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    corners = np.concatenate([part.corners + start for part, start in zip(parts, starts, strict=True)])
    names = ("sizes", "colours", "layers", "edged")
    stacked = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Solid(vertices, corners, box=bounding_box(vertices) if box is None else box, **stacked)


def over(part: Solid, layer: int = 1) -> Solid:
    """Return the solid with its layers raised, so that it is painted over the parts that it is joined to."""
    return part._replace(layers=part.layers + layer)


# ---------------------------------------------------------------- primitives


def box(width: float, depth: float, height: float, colour: Colour, edged: bool = True) -> Solid:
    """Return a box standing on the origin."""
    x, y = width / 2, depth / 2
    return prism(((-x, 0), (x, 0), (x, height), (-x, height)), 2 * y, colour, edged)


def prism(outline: Outline, depth: float, colour: Colour, edged: bool = True, taper: float = 1.0) -> Solid:
    """Return a counter-clockwise outline (x, z), extruded along y about 0; the back is scaled by taper."""
    count = len(outline)
    front = [(x, -depth / 2, z) for x, z in outline]
    back = [(x * taper, depth / 2, z * taper) for x, z in outline]
    return solid(np.array(front + back, dtype=float), prism_faces(count), colour, edged)


@lru_cache(maxsize=64)
def prism_faces(count: int) -> Faces:
    """Return the faces of a prism whose outline has count points."""
    sides = [(i, i + count, (i + 1) % count + count, (i + 1) % count) for i in range(count)]
    return listed([range(count), range(2 * count - 1, count - 1, -1), *sides])


@lru_cache(maxsize=1024)
def lathe_mesh(profile: tuple[tuple[float, float], ...], segments: int) -> tuple[np.ndarray, Faces]:
    """Return the vertices and faces of a profile (radius, z), from bottom to top, rotated about the z axis."""
    angles = [2 * math.pi * (k + 0.5) / segments for k in range(segments)]
    vertices = [(r * math.cos(a), r * math.sin(a), z) for r, z in profile for a in angles]
    faces: list[tuple[int, ...]] = []
    for ring in range(len(profile) - 1):
        first, second = ring * segments, (ring + 1) * segments
        for k in range(segments):
            following = (k + 1) % segments
            faces.append((first + k, first + following, second + following, second + k))
    if profile[0][0] > 0:
        faces.append(tuple(range(segments - 1, -1, -1)))
    if profile[-1][0] > 0:
        faces.append(tuple(range((len(profile) - 1) * segments, len(profile) * segments)))
    return np.array(vertices), listed(faces)


def lathe(profile: Sequence[tuple[float, float]], colour: Colour, segments: int = 18) -> Solid:
    """Return a profile (radius, z), from bottom to top, rotated about the z axis."""
    return lathed(tuple(profile), colour, segments)


@lru_cache(maxsize=4096)
def lathed(profile: tuple[tuple[float, float], ...], colour: Colour, segments: int) -> Solid:
    """Return what `lathe` returns; sets have many equal studs and wheels."""
    return solid(*lathe_mesh(profile, segments), colour)


def cylinder(radius: float, height: float, colour: Colour, segments: int = 18) -> Solid:
    """Return an upright cylinder standing on the origin."""
    return lathe(((radius, 0), (radius, height)), colour, segments)


@lru_cache(maxsize=1024)
def arc(start: float, end: float, steps: int) -> tuple[tuple[float, float], ...]:
    """Return (cosine, sine) of steps + 1 angles in degrees from start to end."""
    angles = [math.radians(start + (end - start) * k / steps) for k in range(steps + 1)]
    return tuple((math.cos(a), math.sin(a)) for a in angles)


def ball(radius: float, colour: Colour, segments: int = 20) -> Solid:
    """Return a ball about the origin."""
    profile = tuple((max(c, 0) * radius, s * radius) for c, s in arc(-90, 90, segments // 2))
    return lathe(((0, -radius), *profile[1:-1], (0, radius)), colour, segments)


def ellipsoid(x: float, y: float, z: float, colour: Colour, segments: int = 20) -> Solid:
    """Return an ellipsoid about the origin with half axes x, y and z."""
    return scaled([ball(1, colour, segments)], x, y, z)[0]


def limb(start: Point, end: Point, radius: float, colour: Colour, end_radius: float | None = None) -> Solid:
    """Return a rod with round ends from start to end; its radius changes to end_radius if given."""
    last = radius if end_radius is None else end_radius
    length = math.dist(start, end)
    lower = [(radius * c, radius * s) for c, s in arc(-90, -15, 2)]
    upper = [(last * c, length + last * s) for c, s in arc(15, 90, 2)]
    profile = [(0, lower[0][1]), *lower[1:], *upper[:-1], (0, upper[-1][1])]
    return aimed([lathe(profile, colour, 10)], start, end)[0]


def patch(points: Sequence[Point], colour: Colour, layer: int = 1) -> Solid:
    """Return one flat face, counter-clockwise for the viewer, to join to the solid that it is printed on."""
    return over(solid(np.array(points, dtype=float), listed([range(len(points))]), colour), layer)


def rectangle(left: float, low: float, right: float, high: float, y: float, colour: Colour, layer: int = 1) -> Solid:
    """Return an upright rectangular patch that faces the viewer, towards -y."""
    return patch([(left, y, low), (right, y, low), (right, y, high), (left, y, high)], colour, layer)


def disc(centre: Point, radius: float, colour: Colour, layer: int = 1, segments: int = 14) -> Solid:
    """Return a round patch that faces the viewer, towards -y."""
    x, y, z = centre
    return patch([(x + radius * c, y, z + radius * s) for c, s in arc(0, 360, segments)[:-1]], colour, layer)
