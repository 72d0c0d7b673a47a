"""Merchandise, which LEGO calls gear: key chains, mugs and storage boxes."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solid,
    Solids,
    arc,
    box,
    disc,
    group,
    joined,
    lathe,
    limb,
    moved,
    over,
    patch,
    path,
    turned,
)
from sample.models.bricks import brick
from sample.models.minifigures.figures import anyone


def key_chain(rng: Random) -> Solids:
    """Return a figure or a brick on a ring with a chain."""
    trinket = anyone(rng) if rng.random() < 0.65 else moved(turned(brick(2, 4, rng.choice(c.BRICKS)), "x", 60), z=2)
    links = group(
        moved(turned(torus(0.3, 0.09, c.SILVER), "z", 90 * (k % 2)), 0.1 * k * k / 3, 0, 5.4 + 0.5 * k)
        for k in range(5)
    )
    return [*trinket, *links, *moved(torus(1.5, 0.14, c.SILVER), 0.6, 0, 9.2)]


def torus(radius: float, thickness: float, colour: Colour) -> Solid:
    """Return a ring in the plane y = 0."""
    points = [(radius * x, 0.0, radius * z) for x, z in arc(0, 360, 16)]
    return joined([limb(a, b, thickness, colour) for a, b in zip(points, points[1:], strict=False)])


def mug(rng: Random) -> Solids:
    """Return a mug with a printed face or brick."""
    colour = rng.choice(c.BRIGHT)
    cup = lathe(path("1.7,0 1.8,0.2 1.8,3.8 1.6,3.8 0,3.6"), colour, 26)
    handle = moved(torus(1.1, 0.26, colour), 2.2, 0, 2)
    marks = [disc((s * 0.5, -1.75, 2.4), 0.26, c.BLACK, 1) for s in (-1, 1)] + [
        patch(
            [
                (-0.7, -1.72, 1.2),
                (0, -1.82, 0.95),
                (0.7, -1.72, 1.2),
                (0.7, -1.72, 1.4),
                (0, -1.82, 1.15),
                (-0.7, -1.72, 1.4),
            ],
            c.BLACK,
        )
    ]
    return [*handle, joined([cup, *marks], cup.box)]


def brick_box(rng: Random) -> Solids:
    """Return a storage box that looks like one enormous brick."""
    colour = rng.choice((c.RED, c.BLUE, c.YELLOW, c.LIME, c.WHITE))
    lid = moved(box(8.1, 4.1, 0.9, colour), z=3.4)
    knobs = group(
        moved(lathe(path("0.66,0 0.66,0.4 0.6,0.46"), colour, 20), x, y, 4.3) for x in (-3, -1, 1, 3) for y in (-1, 1)
    )
    return [box(8, 4, 3.4, c.mixed(colour, c.BLACK, 0.06)), joined([*lid, *(over(p) for p in knobs)], lid[0].box)]
