"""Heads of minifigures: faces, and the headgear on them."""

import math
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Colour, Point, Solid, Solids, arc, joined, lathe, over, patch, path
from sample.models.minifigures.headgear import HEADGEAR
from sample.models.minifigures.roles import Dress

HEAD_RADIUS = 0.62


def on_face(u: float, v: float, lift: float = 0.01) -> Point:
    """Return the point on the head's front that is u to the right of its middle and v above its lower edge."""
    angle = u / HEAD_RADIUS
    radius = HEAD_RADIUS + lift
    return (radius * math.sin(angle), -radius * math.cos(angle), v)


def drawn_on(points: list[tuple[float, float]], colour: Colour, layer: int = 1) -> Solid:
    """Return a patch (u, v) on the face."""
    return patch([on_face(u, v) for u, v in points], colour, layer)


def dot(u: float, v: float, radius: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a round patch on the face."""
    return drawn_on([(u + radius * x, v + radius * y) for x, y in arc(0, 360, 10)[:-1]], colour, layer)


def stroke(points: list[tuple[float, float]], width: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a line on the face as a patch; points: from left to right."""
    lower = [(u, v - width / 2) for u, v in points]
    upper = [(u, v + width / 2) for u, v in reversed(points)]
    return drawn_on([*lower, *upper], colour, layer)


def head(dress: Dress, rng: Random) -> Solids:
    """Return the head with its face and headgear, standing on the origin."""
    r = HEAD_RADIUS
    profile = [
        (0.4, 0),
        (0.55, 0.06),
        (r, 0.2),
        (r, 0.85),
        (0.56, 1.0),
        (0.42, 1.06),
        (0.31, 1.06),
        (0.31, 1.26),
        (0.0, 1.26),
    ]
    skull = lathe(profile, dress.skin, 24)
    worn, behind = HEADGEAR[dress.headgear](dress.headgear_colour, dress.trim)
    whole = joined([skull, *face(dress, rng), *(over(part, 4) for part in worn)], skull.box)
    return [whole, *behind]


def face(dress: Dress, rng: Random) -> Solids:
    """Return a face: eyes, brows and a mouth, sometimes a beard, glasses, freckles or lashes."""
    dark = c.BLACK if sum(dress.skin) > 300 else (10, 10, 10)
    eyes = [dot(s * 0.23, 0.62, 0.075, dark) for s in (-1, 1)]
    eyes += [dot(s * 0.23 + 0.025, 0.645, 0.024, c.WHITE, 2) for s in (-1, 1)]
    tilt = rng.choice((-0.06, 0, 0.05, 0.08))
    brow_colour = dress.beard or rng.choice((c.BLACK, c.BROWN, (160, 96, 40)))
    brows = [
        stroke([(s * 0.23 - 0.12, 0.79 + s * tilt), (s * 0.23 + 0.12, 0.79 - s * tilt)], 0.045, brow_colour)
        for s in (-1, 1)
    ]
    extras = rng.choice(([], [], [], glasses(), freckles(), lashes()))
    return [*beard(dress.beard), *eyes, *brows, *mouth(rng), *extras]


def mouth(rng: Random) -> Solids:
    """Return one of several mouths."""
    style = rng.choice(("smile", "smile", "grin", "smirk", "open", "stern"))
    smile = [(0.21 * k / 4, 0.26 + 0.10 * (k / 4) ** 2) for k in range(-4, 5)]
    if style == "grin":
        teeth = [(0.2 * k / 4, 0.22 + 0.10 * (k / 4) ** 2) for k in range(-4, 5)]
        return [
            drawn_on([*teeth, (0.2, 0.37), (-0.2, 0.37)], c.BLACK),
            drawn_on(path("-0.15,0.31 0.15,0.31 0.17,0.355 -0.17,0.355"), c.WHITE, 2),
        ]
    if style == "open":
        return [dot(0, 0.31, 0.1, (60, 10, 10)), dot(0, 0.275, 0.055, c.RED, 2)]
    points = {"smile": smile, "smirk": path("-0.1,0.3 0.05,0.29 0.18,0.36"), "stern": [(-0.15, 0.3), (0.15, 0.3)]}
    return [stroke(points[style], 0.045, c.BLACK)]


def glasses() -> Solids:
    """Return a pair of glasses."""
    return [dot(s * 0.23, 0.62, 0.15, c.DARK_GRAY, 0) for s in (-1, 1)] + [
        dot(s * 0.23, 0.62, 0.11, c.GLASS, 0) for s in (-1, 1)
    ]


def freckles() -> Solids:
    """Return freckles on both cheeks."""
    return [dot(s * u, v, 0.022, (190, 110, 40)) for s in (-1, 1) for u, v in path("0.3,0.45 0.38,0.5 0.38,0.41")]


def lashes() -> Solids:
    """Return eyelashes and red lips."""
    lips = path("-0.12,0.3 0,0.25 0.12,0.3 0.05,0.35 0,0.33 -0.05,0.35")
    return [
        drawn_on(lips, c.RED, 2),
        *(stroke([(s * 0.34 - 0.04, 0.68), (s * 0.34 + 0.04, 0.7)], 0.03, c.BLACK) for s in (-1, 1)),
    ]


def beard(colour: Colour | None) -> Solids:
    """Return a printed beard, or nothing."""
    if colour is None:
        return []
    around = path("-0.62,0.55 -0.5,0.08 0,0.03 0.5,0.08 0.62,0.55 0.34,0.42 0,0.46 -0.34,0.42")
    return [
        drawn_on(around, colour),
        drawn_on(path("-0.2,0.27 0.2,0.27 0.2,0.36 -0.2,0.36"), c.mixed(colour, c.WHITE, 0.5)),
    ]
