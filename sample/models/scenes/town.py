"""The town: houses, shops, a police station, a football field, trees, people."""

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
    path,
    prism,
    scaled,
    turned,
)
from sample.models.bricks import brick, window
from sample.models.minifigures.figures import anyone, person
from sample.models.scenes.vehicles import police_car


def house(rng: Random) -> Solids:
    """Return a house with a sloped roof on a baseplate, with a tree and a figure in front."""
    walls, roof = (
        rng.choice((c.WHITE, c.YELLOW, c.RED, c.TAN, c.SAND_GREEN, c.LIGHT_BLUE)),
        rng.choice((c.RED, c.BLACK, c.DARK_GREEN, c.BLUE, c.DARK_GRAY)),
    )
    floors, wide = rng.randint(1, 2), rng.choice((10, 12))
    parts = [brick(wide + 4, 12, rng.choice((c.GREEN, c.BRIGHT_GREEN, c.LIGHT_GRAY)), 0.2)]
    for floor in range(floors):
        parts += moved(storey(wide, walls, rng, door=floor == 0), 0, 1, 0.2 + 6 * floor)
    gable = prism(path("-4.6,0 4.6,0 0,4.2"), wide, walls)
    tiles = joined(
        [
            prism(path("-5,-0.3 0,4.2 0,4.8 -5.2,0.1"), wide + 0.8, roof),
            prism(path("5.2,0.1 0,4.8 0,4.2 5,-0.3"), wide + 0.8, roof),
        ]
    )
    parts += moved(turned(joined([gable, tiles], gable.box), "z", 90), 0, 1, 0.2 + 6 * floors)
    parts += moved(box(1.4, 1.4, 2.6, c.DARK_RED), wide / 4, 2.5, 2.4 + 6 * floors)
    return parts + moved(tree(rng), -wide / 2 - 0.8, -4, 0.2) + moved(anyone(rng), rng.uniform(-3, 4), -4.4, 0.2)


def storey(wide: int, colour: Colour, rng: Random, door: bool) -> Solids:
    """Return one storey: solid walls with windows in front; `door` replaces the middle window."""
    core = moved(box(wide, 8, 6, colour))[0]
    frame, openings = rng.choice((c.WHITE, c.BLUE, c.RED, c.BROWN)), []
    xs = [-wide / 3, 0, wide / 3]
    for k, x in enumerate(xs):
        if door and k == 1:
            openings += moved([box(2, 0.3, 4.6, frame), *moved(ball(0.14, c.GOLD, 8), 0.7, -0.2, 2.2)], x, -4.1)
        else:
            openings += moved(window(2, 2.6, frame), x, -4.1, 2)
    return [core, *openings]


def shop(rng: Random) -> Solids:
    """Return a shop with a wide window, a striped awning, a sign and two customers."""
    colour, stripe = (
        rng.choice((c.WHITE, c.LIGHT_BLUE, c.TAN, c.PINK, c.YELLOW)),
        rng.choice((c.RED, c.GREEN, c.BLUE, c.MAGENTA, c.ORANGE)),
    )
    parts = [brick(16, 12, c.LIGHT_GRAY, 0.2), *moved(box(12, 6, 8, colour), 0, 2, 0.2)]
    parts += moved(window(6, 4.2, c.WHITE), -2.2, -1.1, 1.2) + moved(box(2.2, 0.3, 4.8, stripe), 3.8, -1.1, 0.2)
    for k in range(8):
        awning = prism(path("-2,-0.6 0,0.5 0,0.8 -2,-0.3"), 1.46, c.WHITE if k % 2 else stripe)
        parts += moved(turned(awning, "z", 90), -5.1 + 1.46 * k, -1, 5.8)
    parts += moved(
        [
            box(7, 0.4, 1.5, stripe),
            *moved(ball(0.5, c.WHITE, 10), -2, -0.3, 0.75),
            *moved(ball(0.5, c.YELLOW, 10), 2, -0.3, 0.75),
        ],
        0,
        -1.2,
        7.2,
    )
    parts += moved(brick(12, 6, stripe, 0.4), 0, 2, 8.2)
    return parts + moved(anyone(rng), rng.uniform(-5, -1), -4.2, 0.2) + moved(anyone(rng), rng.uniform(1, 5), -4.4, 0.2)


def station(rng: Random) -> Solids:
    """Return a police station with a car in front."""
    parts = [
        brick(18, 14, c.DARK_GRAY, 0.2),
        *moved([box(12, 6, 5, c.WHITE), *moved(brick(12, 6, c.BLUE, 0.8), z=5)], 1, 3.5, 0.2),
    ]
    parts += moved(group(moved(window(3, 3, c.BLUE), x) for x in (-3.6, 0, 3.6)), 1, 0.4, 1.4)
    parts += moved([box(5, 4, 4, c.LIGHT_GRAY), *moved(brick(5, 4, c.BLUE, 0.4), z=4)], 4, 3.5, 6)
    parts += moved(cylinder(0.12, 4, c.BLACK, 8), -3, 3.5, 6) + moved(scaled(police_car(rng), 0.8), -3, -4, 0.2)
    return parts


def football(rng: Random) -> Solids:
    """Return two or three players, a goal, a ball and a green field."""
    parts = [brick(16, 10, c.GREEN, 0.4), *moved(box(16, 0.25, 0.02, c.WHITE), z=0.42)]
    bars = [
        limb((-3, 0, 0), (-3, 0, 4), 0.2, c.WHITE),
        limb((3, 0, 0), (3, 0, 4), 0.2, c.WHITE),
        limb((-3, 0, 4), (3, 0, 4), 0.2, c.WHITE),
    ]
    net = [limb((x, 0.1, 0), (x, 1.6, 3.8), 0.04, c.WHITE) for x in (-2, -1, 0, 1, 2)]
    parts += moved([*bars, *net], 0, 3, 0.4) + moved(ball(0.55, c.WHITE, 14), rng.uniform(-2, 2), -2, 0.95)
    return parts + group(
        moved(person("Football Player", rng), -5 + 4.6 * k, rng.uniform(-2.5, 1), 0.4) for k in range(rng.randint(2, 3))
    )


def tree(rng: Random) -> Solids:
    """Return a fir tree or a round one."""
    if rng.random() < 0.5:
        cones = group(
            moved(lathe([(1.5 - 0.35 * k, 0), (0.3, 1.6)], c.DARK_GREEN, 12), z=0.8 + 1.1 * k) for k in range(3)
        )
        return [cylinder(0.3, 1, c.BROWN, 10), *cones]
    return [cylinder(0.35, 2.2, c.BROWN, 10), *moved(ellipsoid(1.5, 1.5, 1.3, c.GREEN, 12), z=3)]


def winter_tree(rng: Random) -> Solids:
    """Return a decorated fir tree with presents and an elf."""
    parts = [brick(10, 8, c.WHITE, 0.4), *moved(cylinder(0.6, 1.2, c.BROWN, 12), z=0.4)]
    for k in range(4):
        parts += moved(lathe([(3 - 0.62 * k, 0), (0.8 - 0.2 * k, 2.2)], c.GREEN, 16), z=1.4 + 1.6 * k)
        parts += group(
            moved(
                ball(0.26, rng.choice((c.RED, c.GOLD, c.BLUE)), 8),
                x * (2.8 - 0.6 * k),
                y * (2.8 - 0.6 * k),
                1.7 + 1.6 * k,
            )
            for x, y in arc(200 + 20 * k, 340, 4)
        )
    parts += moved(ball(0.5, c.YELLOW, 10), z=9.0) + moved(person("Elf", rng), rng.choice((-3.4, 3.4)), -2.6, 0.4)
    return parts + group(
        moved(
            [box(1.2, 1.2, 1, rng.choice(c.BRIGHT)), *moved(box(0.3, 1.24, 1.04, c.WHITE))], -1.6 + 1.7 * k, -2.8, 0.4
        )
        for k in range(3)
    )


def crowd(rng: Random) -> Solids:
    """Return three to five figures in a row, as figure packs show them."""
    return group(moved(anyone(rng), 3.0 * k, (k % 2) * 1.0) for k in range(rng.randint(3, 5)))
