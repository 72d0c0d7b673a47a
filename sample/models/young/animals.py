"""Round animals: elephant, giraffe, farm animals, duck."""

import math
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Colour, Solids, ball, cylinder, ellipsoid, group, limb, moved, path, turned
from sample.models.young.blocks import fat_studs


def four_legs(colour: Colour, length: float, width: float, height: float, radius: float) -> Solids:
    """Return four stout legs."""
    return group(moved(cylinder(radius, height, colour, 14), x, y) for x in (-length, length) for y in (-width, width))


def elephant(rng: Random) -> Solids:
    """Return an elephant."""
    colour = rng.choice((c.LIGHT_GRAY, c.MEDIUM_BLUE, c.DARK_GRAY, c.LIGHT_GRAY))
    parts = four_legs(colour, 1.1, 0.7, 1.5, 0.52) + moved(ellipsoid(2.0, 1.3, 1.25, colour, 20), z=2.2)
    parts += moved(ellipsoid(1.05, 1.0, 1.05, colour, 22), -2.3, 0, 2.9)
    trunk = [(-3.2, 0, 2.7), (-3.9, 0, 1.9), (-4.0, 0, 1.0), (-4.5, 0, 0.7)]
    parts += [limb(a, b, r, colour, r - 0.06) for a, b, r in zip(trunk, trunk[1:], (0.42, 0.36, 0.3), strict=False)]
    for s in (-1, 1):
        parts += moved(
            turned(ellipsoid(0.75, 0.14, 1.0, c.mixed(colour, c.PINK, 0.12), 16), "z", s * 20), -1.8, s * 1.0, 3.0
        )
        parts += moved(ball(0.13, c.BLACK, 10), -2.95, s * 0.62, 3.25)
        parts.append(limb((-3.0, s * 0.45, 2.3), (-3.7, s * 0.55, 2.1), 0.14, c.WHITE, 0.05))
    return parts + moved(fat_studs(2, 1, 0, colour), 0, 0, 3.38)


def giraffe(rng: Random) -> Solids:
    """Return a giraffe."""
    colour, spot = rng.choice((c.YELLOW, c.ORANGE, c.TAN)), c.BROWN
    parts = four_legs(colour, 0.9, 0.5, 2.2, 0.33) + moved(ellipsoid(1.5, 0.9, 0.85, colour, 22), z=2.7)
    parts += [limb((-1.0, 0, 3.0), (-1.9, 0, 6.2), 0.5, colour, 0.4)] + moved(
        ellipsoid(0.85, 0.5, 0.5, colour, 18), -2.3, 0, 6.5
    )
    for s in (-1, 1):
        parts += [limb((-1.75, s * 0.25, 6.8), (-1.6, s * 0.3, 7.5), 0.12, colour)] + moved(
            ball(0.18, spot, 8), -1.6, s * 0.3, 7.55
        )
        parts += moved(ball(0.1, c.BLACK, 8), -2.5, s * 0.43, 6.7)
        for x, z in path("-0.6,2.9 0.2,3.1 0.8,2.7 0.1,2.4"):
            parts += moved(
                ellipsoid(0.26, 0.08, 0.24, spot, 10),
                x,
                s * 0.86 * math.sqrt(max(0.2, 1 - (x / 1.5) ** 2 - ((z - 2.7) / 0.85) ** 2)),
                z,
            )
        for z in (3.8, 4.6, 5.4):
            parts += moved(ellipsoid(0.17, 0.06, 0.22, spot, 8), -1.0 - 0.9 * (z - 3) / 3.2, s * 0.44, z)
    return parts


def cow(rng: Random) -> Solids:
    """Return a cow, pig, horse or sheep."""
    colour, spot = rng.choice(
        ((c.WHITE, c.BLACK), (c.PINK, c.PINK), (c.BROWN, c.TAN), (c.WHITE, c.BROWN), (c.WHITE, c.WHITE))
    )
    parts = four_legs(c.mixed(colour, c.BLACK, 0.1), 0.95, 0.5, 1.1, 0.34) + moved(
        ellipsoid(1.7, 1.0, 1.0, colour, 22), z=1.8
    )
    parts += moved(ellipsoid(0.75, 0.7, 0.75, colour, 20), -1.9, 0, 2.6) + moved(
        ellipsoid(0.5, 0.52, 0.4, c.mixed(colour, c.PINK, 0.7), 12), -2.5, 0, 2.35
    )
    for s in (-1, 1):
        parts += moved(ellipsoid(0.5, 0.1, 0.4, spot, 10), 0.3, s * 0.97, 2.0) + moved(
            ball(0.11, c.BLACK, 8), -2.35, s * 0.45, 2.85
        )
        parts += moved(ellipsoid(0.14, 0.36, 0.2, colour, 8), -1.8, s * 0.85, 2.95) + [
            limb((-1.8, s * 0.4, 3.2), (-2.0, s * 0.5, 3.6), 0.12, c.TAN)
        ]
    return parts


def duck(rng: Random) -> Solids:
    """Return a bathing duck."""
    colour = rng.choice((c.YELLOW, c.YELLOW, c.WHITE, c.AZURE))
    parts = moved(ellipsoid(1.9, 1.35, 1.0, colour, 20), z=1.0) + moved(ball(1.0, colour, 18), -1.1, 0, 2.6)
    parts += moved(ellipsoid(0.5, 0.5, 0.18, c.ORANGE, 12), -2.2, 0, 2.45) + [
        limb((1.3, 0, 1.4), (2.4, 0, 2.1), 0.55, colour, 0.15)
    ]
    for s in (-1, 1):
        parts += moved(ellipsoid(0.85, 0.2, 0.5, c.mixed(colour, c.ORANGE, 0.3), 12), 0.3, s * 1.25, 1.3) + moved(
            ball(0.14, c.BLACK, 8), -1.75, s * 0.62, 2.95
        )
    return parts


ANIMALS = (elephant, giraffe, cow, cow, duck)
