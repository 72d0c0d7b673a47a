"""Technic parts: beams with holes, axles, gears, wheels, springs, panels, engines and frames."""

import math
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Point,
    Solid,
    Solids,
    aimed,
    arc,
    box,
    cylinder,
    disc,
    group,
    joined,
    lathe,
    moved,
    patch,
    path,
    prism,
    turned,
)
from sample.models.bricks import both_sides, studs

HOLE = (24, 25, 28)


def beam(holes: int, colour: Colour, studded: bool = False) -> Solid:
    """Return a beam along x, centred on the origin, whose holes face the viewer; older beams have studs."""
    half = (holes - 1) / 2
    if studded:
        body = moved(box(holes - 0.04, 0.96, 1.16, colour), z=-0.6)[0]
        tops = studs(holes, 1, 0.56, colour, 10)
    else:
        ends = [(half + 0.47 * x, 0.47 * z) for x, z in arc(-90, 90, 6)]
        body, tops = prism([*ends, *((-x, -z) for x, z in ends)], 0.92, colour), []
    marks = []
    for k in range(holes):
        rim = c.mixed(colour, c.WHITE, 0.25)
        marks += [disc((k - half, -0.485, 0.04), 0.33, rim, 1, 10), disc((k - half, -0.485, 0), 0.29, HOLE, 2, 10)]
    return joined([body, *tops, *both_sides(marks)], body.box)


def strut(start: Point, end: Point, colour: Colour, studded: bool = False) -> Solids:
    """Return a beam between two points with equal y."""
    (x, y, z), (x2, _, z2) = start, end
    length = math.sqrt((x2 - x) ** 2 + (z2 - z) ** 2)
    turn = -math.degrees(math.atan2(z2 - z, x2 - x))
    return moved(turned(beam(max(2, round(length) + 1), colour, studded), "y", turn), (x + x2) / 2, y, (z + z2) / 2)


def across(x: float, z: float, width: float, colour: Colour) -> Solids:
    """Return a beam along y."""
    return moved(turned(beam(max(2, round(width)), colour), "z", 90), x, 0, z)


def rod(start: Point, end: Point, radius: float, colour: Colour) -> Solid:
    """Return a round rod between two points."""
    return aimed(cylinder(radius, math.dist(start, end), colour, 10), start, end)[0]


def axle(length: float, colour: Colour = c.BLACK) -> Solid:
    """Return an axle along y, centred on the origin, with a cross-shaped section."""
    quarter = [(0.08, -0.24), (0.08, -0.08), (0.24, -0.08)]
    half = [*quarter, *((x, -z) for x, z in reversed(quarter))]
    return prism([*half, *((-x, -z) for x, z in half)], length, colour, edged=False)


def gear(teeth: int, colour: Colour, width: float = 0.45) -> Solid:
    """Return a gear in the plane y = 0. Its radius is teeth / 16, as on real gears."""
    radius = teeth / 16
    outline = []
    for k in range(teeth):
        for step, reach in path("0,-0.12 0.25,-0.12 0.4,0.12 0.72,0.12"):
            angle = 2 * math.pi * (k + step) / teeth
            outline.append(((radius + reach) * math.cos(angle), (radius + reach) * math.sin(angle)))
    marks = [disc((0, -width / 2 - 0.01, 0), 0.24, HOLE, 2, 8)]
    if teeth >= 24:
        ring = [(radius * 0.58 * x, radius * 0.58 * z) for x, z in arc(0, 360, 6)[:-1]]
        marks += [disc((x, -width / 2 - 0.01, z), 0.26, HOLE, 2, 10) for x, z in ring]
        marks.insert(0, disc((0, -width / 2 - 0.01, 0), radius * 0.86, c.mixed(colour, c.BLACK, 0.18), 1, 20))
    wheel = prism(outline, width, colour, edged=False)
    return joined([wheel, *both_sides(marks)], wheel.box)


def wheel(radius: float, width: float, hub: Colour) -> Solid:
    """Return a tyre with its hub in the plane y = 0; the tread has lugs of two shades."""
    r, w = radius, width / 2
    profile = [
        (r * 0.62, -w * 0.8),
        (r * 0.66, -w),
        (r * 0.9, -w),
        (r, -w * 0.66),
        (r, w * 0.66),
        (r * 0.9, w),
        (r * 0.66, w),
        (r * 0.62, w * 0.8),
    ]
    tyre = lathe(profile, (44, 46, 50), 28)
    # The ring of faces that forms the tread gets lugs: every other face is darker.
    shades = tyre.colours.copy()
    shades[3 * 28 : 4 * 28 : 2] *= 0.55
    upright = turned(tyre._replace(colours=shades), "x", 90)[0]
    face = -w * 0.8 - 0.01
    marks = [disc((0, face, 0), r * 0.62, hub, 1, 20), disc((0, face, 0), r * 0.5, c.mixed(hub, c.BLACK, 0.4), 2, 20)]
    marks += [spoke(2 * math.pi * k / 5, r, face, hub) for k in range(5)]
    marks.append(disc((0, face, 0), r * 0.2, c.mixed(hub, c.WHITE, 0.3), 4, 10))
    return joined([upright, *both_sides(marks)], upright.box)


def spoke(angle: float, r: float, y: float, colour: Colour) -> Solid:
    """Return one spoke of a wheel of radius r, at an angle in radians, as a patch at depth y."""
    x, z, u, v = math.cos(angle), math.sin(angle), -math.sin(angle) * 0.11 * r, math.cos(angle) * 0.11 * r
    outer = [(x * r * 0.55 - u, y, z * r * 0.55 - v), (x * r * 0.55 + u, y, z * r * 0.55 + v)]
    return patch([(-u, y, -v), *outer, (u, y, v)], colour, 3)


def spring(start: Point, end: Point, colour: Colour) -> Solid:
    """Return a shock absorber."""
    length = math.dist(start, end)
    profile: list[tuple[float, float]] = [(0.16, 0)]
    for k in range(6):
        z = length * (0.25 + 0.55 * k / 6)
        profile += [(0.2, z), (0.36, z + length * 0.025), (0.36, z + length * 0.06), (0.2, z + length * 0.085)]
    coil = lathe([*profile, (0.16, length * 0.85), (0.16, length)], colour, 10)
    return aimed(coil, start, end)[0]


def panel(outline: list[tuple[float, float]], y: float, colour: Colour, thickness: float = 0.35) -> Solid:
    """Return a flat panel (x, z) at a depth y, with two pin holes."""
    body = prism(outline, thickness, colour)
    xs, zs = [p[0] for p in outline], [p[1] for p in outline]
    x, z = sum(xs) / len(xs), sum(zs) / len(zs)
    marks = [disc((x + s * 0.5, -thickness / 2 - 0.01, z), 0.24, HOLE, 1, 10) for s in (-1, 1)]
    return moved(joined([body, *marks], body.box), y=y)[0]


def wheels(xs: list[float], half_width: float, radius: float, width: float, hub: Colour) -> Solids:
    """Return pairs of wheels on axles across the machine at these x; the wheels stand on the ground."""
    parts = []
    for x in xs:
        parts += moved(axle(2 * half_width - width), x, 0, radius)
        parts += group(moved(wheel(radius, width, hub), x, side * half_width, radius) for side in (-1, 1))
    return parts


def frame_of(length: int, half_width: float, z: float, colour: Colour, studded: bool) -> Solids:
    """Return a ladder frame: two long beams joined by cross beams."""
    parts = group(moved(beam(length, colour, studded), 0, side * half_width, z) for side in (-1, 1))
    inner = 2 * half_width - 1
    return parts + group(across(x, z, inner, c.DARK_GRAY) for x in (-length / 2 + 1, 0, length / 2 - 1))


def engine(x: float, z: float, rng: Random) -> Solids:
    """Return an engine: a block with two cylinders and a gear in front."""
    colour = rng.choice((c.LIGHT_GRAY, c.RED, c.YELLOW))
    parts = moved(box(2.2, 1.6, 0.8, c.DARK_GRAY), x, 0, z)
    parts += group(moved(cylinder(0.42, 0.7, colour, 12), x + k, 0, z + 0.8) for k in (-0.6, 0.6))
    return [*parts, *moved(gear(16, c.DARK_GRAY), x, -1.1, z + 0.3)]
