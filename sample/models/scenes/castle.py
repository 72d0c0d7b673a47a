"""Castles: towers, gates, troops and a catapult, and a desert temple."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    arc,
    ball,
    box,
    cylinder,
    ellipsoid,
    group,
    joined,
    lathe,
    limb,
    moved,
    patch,
    path,
    prism,
    rectangle,
)
from sample.models.bricks import brick, four_wheels
from sample.models.minifigures.figures import person
from sample.models.scenes.town import tree


def merlons(xs: list[float], y: float, z: float, colour: Colour) -> Solids:
    """Return battlements."""
    return group(moved(brick(1, 1, colour), x, y, z) for x in xs)


def keep(height: int, colour: Colour, roof: Colour | None, rng: Random) -> Solids:
    """Return a square tower with slits and battlements or a pointed roof."""
    body = box(5, 5, 1.2 * height, colour)
    slits = [
        rectangle(x - 0.25, z, x + 0.25, z + 1.4, -2.52, (30, 30, 34))
        for x, z in ((-1, height * 0.7), (1, height * 0.7), (0, height * 0.35))
    ]
    courses = [
        rectangle(-2.5, 1.2 * k, 2.5, 1.2 * k + 0.06, -2.51, c.mixed(colour, c.BLACK, 0.3)) for k in range(1, height)
    ]
    parts = [joined([body, *courses, *slits], body.box), *moved(box(6, 6, 0.5, colour), z=1.2 * height)]
    top = 1.2 * height + 0.5
    if roof:
        return parts + moved(lathe(path("3.4,0 2.2,2 0,5"), roof, 4), z=top) + pennant(0, top + 4.6, rng)
    return (
        parts
        + merlons([-2.5, -0.5, 1.5], -2.5, top, colour)
        + merlons([-2.5, 2.5], 0, top, colour)
        + merlons([-2.5, -0.5, 1.5], 2.5, top, colour)
    )


def pennant(x: float, z: float, rng: Random) -> Solids:
    """Return a flag on a pole."""
    return moved(
        [
            cylinder(0.1, 2.6, c.BROWN, 8),
            *moved(prism(path("0.1,0 2,0.5 0.1,1"), 0.06, rng.choice((c.RED, c.BLUE, c.YELLOW))), z=1.5),
        ],
        x,
        0,
        z,
    )


STONE = (c.LIGHT_GRAY, c.LIGHT_GRAY, c.DARK_GRAY, c.YELLOW, c.TAN)


def fortress(rng: Random) -> Solids:
    """Return a castle: two towers, a wall with a gate, and knights in front."""
    colour, roof = rng.choice(STONE), rng.choice((None, c.BLUE, c.RED, c.BLACK))
    parts = [brick(22, 12, rng.choice((c.GREEN, c.LIGHT_GRAY, c.DARK_TAN)), 0.2)]
    parts += moved(keep(rng.randint(7, 10), colour, roof, rng), -7.5, 2) + moved(
        keep(rng.randint(6, 9), colour, roof, rng), 7.5, 2
    )
    return (
        parts
        + moved(gate_wall(colour), 0, 2)
        + moved(person("Knight", rng), rng.uniform(-5, -1), -3.6, 0.2)
        + moved(person("Knight", rng), rng.uniform(1, 5), -3.8, 0.2)
    )


def gate_wall(colour: Colour) -> Solids:
    """Return a wall with an arched gate and a portcullis."""
    front = box(10, 3, 6.6, colour)
    opening = patch(
        [(2 * x, -1.52, 2.4 + 2 * z) for x, z in arc(0, 180, 8)] + [(-2, -1.52, 0), (2, -1.52, 0)], (52, 40, 30)
    )
    bars = [rectangle(x - 0.1, 0, x + 0.1, 3.6, -1.53, c.DARK_GRAY, 2) for x in (-1.2, -0.4, 0.4, 1.2)]
    return [joined([front, opening, *bars], front.box), *merlons([-4.5, -2.5, -0.5, 1.5, 3.5], -1, 6.6, colour)]


def tower(rng: Random) -> Solids:
    """Return a lone tower and its guard."""
    parts = [brick(12, 10, rng.choice((c.GREEN, c.DARK_GREEN, c.DARK_GRAY)), 0.2)]
    parts += keep(rng.randint(7, 11), rng.choice(STONE), rng.choice((None, c.RED, c.BLUE, c.DARK_GREEN)), rng)
    return (
        parts
        + moved(person(rng.choice(("Knight", "King", "Wizard", "Samurai")), rng), rng.choice((-4, 4)), -3.6, 0.2)
        + moved(tree(rng), 4.6, 3, 0.2)
    )


def gate(rng: Random) -> Solids:
    """Return a gatehouse."""
    return [
        brick(14, 8, c.GREEN, 0.2),
        *moved(gate_wall(rng.choice(STONE)), 0, 1, 0.2),
        *pennant(-4, 7.8, rng),
        *moved(person("Knight", rng), rng.uniform(-4, 4), -2.6, 0.2),
    ]


def guards(rng: Random) -> Solids:
    """Return a troop of knights."""
    return group(
        moved(person(rng.choice(("Knight", "Knight", "Viking", "King")), rng), 3.1 * k, (k % 2) * 0.9)
        for k in range(rng.randint(3, 4))
    )


def catapult(rng: Random) -> Solids:
    """Return a catapult on wheels and a knight."""
    parts = (
        four_wheels(5, 1.7, 1.1, c.BROWN)
        + moved(box(8, 2.6, 0.8, c.BROWN), z=1)
        + [limb((s * 0.1, 1.0 * s, 1.6), (0, 1.0 * s, 4.4), 0.3, c.BROWN) for s in (-1, 1)]
    )
    parts += [
        limb((-3, 0, 2.2), (3.5, 0, 5.6), 0.28, c.DARK_TAN),
        *moved(lathe(path("0.4,0 1,0.6 0.9,0.6 0,0.2"), c.DARK_GRAY, 14), 3.8, 0, 5.6),
        *moved(ball(0.7, c.DARK_GRAY, 12), 3.8, 0, 6.4),
    ]
    return parts + moved(person("Knight", rng), -1, -3.6) + moved(person("Knight", rng), -6.5, 0)


def temple(rng: Random) -> Solids:
    """Return a desert temple with columns, palms and an explorer."""
    parts = [
        brick(16, 12, c.TAN, 0.2),
        *moved(box(10, 6, 4, c.TAN), 0, 2, 0.2),
        *moved(box(12, 8, 0.8, c.DARK_TAN), 0, 2, 5.6),
    ]
    parts += group(moved(lathe(path("0.8,0 0.6,0.4 0.6,4.8 0.8,5.4"), c.TAN, 12), x, -1.4, 0.2) for x in (-5, -2, 2, 5))
    parts += moved(lathe([(5.2, 0), (0, 4.4)], c.DARK_TAN, 4), 0, 2, 6.4) + moved(
        ellipsoid(1, 0.2, 1, c.GOLD, 18), 0, -2.2, 5
    )
    return parts + moved(person("Explorer", rng), rng.uniform(-4, 4), -4, 0.2)
