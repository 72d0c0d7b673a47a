"""Space: cruisers, rovers, a moon base, starfighters."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Solids,
    arc,
    box,
    cylinder,
    ellipsoid,
    group,
    lathe,
    limb,
    mirrored,
    moved,
    path,
    prism,
    turned,
)
from sample.models.bricks import brick, four_wheels
from sample.models.minifigures.figures import person

SPACE = (
    (c.LIGHT_GRAY, c.BLUE, c.YELLOW),
    (c.BLACK, c.YELLOW, c.YELLOW),
    (c.WHITE, c.BLUE, c.ORANGE),
    (c.WHITE, c.RED, c.GLASS),
    (c.LIGHT_GRAY, c.DARK_RED, c.GLASS),
    (c.WHITE, c.ORANGE, c.GLASS),
)


def cruiser(rng: Random) -> Solids:
    """Return a spaceship with swept wings, a cockpit, engines and an astronaut."""
    hull, trim, glass = rng.choice(SPACE)
    wing = turned(prism(path("-7,-1.2 2,-9 5,-9 5,9 2,9 -7,1.2"), 0.5, hull), "x", 90)
    parts = (
        moved(wing, 0, 0, 2)
        + moved(brick(10, 4, hull, 1.2), 0, 0, 2.2)
        + moved(prism(path("-9,0 -3,0 -3,1.6 -4.6,1.6"), 3, hull), z=2.2)
    )
    parts += moved(ellipsoid(2.2, 1.5, 1.3, glass, 18), -2.4, 0, 3.8) + group(
        moved(turned(lathe(path("0.9,0 0.7,3.4 0.9,3.6 0.6,3.6 0.4,3"), trim, 14), "y", 90), 2.4, s * 3.4, 2.8)
        for s in (-1, 1)
    )
    gun = moved(turned(cylinder(0.25, 4, c.DARK_GRAY, 8), "y", -90), 1, 0, 0.2)
    fin = [prism(path("2,0 5,0 5.6,2.6 4.2,2.6"), 0.4, trim), *gun]
    parts += group(moved(fin, 0, s * 8.4, 2.4) for s in (-1, 1))
    return (
        parts
        + moved(cylinder(0.4, 2, c.DARK_GRAY, 8), -4)
        + moved(cylinder(0.4, 2, c.DARK_GRAY, 8), 3)
        + moved(person("Astronaut", rng), -6, -5.4)
    )


def rover(rng: Random) -> Solids:
    """Return a rover with large wheels, a dish and an astronaut."""
    hull, trim, glass = rng.choice(SPACE)
    parts = (
        four_wheels(6.4, 2.3, 1.5, trim)
        + moved(brick(10, 4, hull, 0.8), z=1.6)
        + moved(brick(4, 4, trim, 1.2), 3, 0, 2.4)
        + moved(ellipsoid(2.1, 1.8, 1.8, glass, 18), -2.4, 0, 3)
    )
    dish = turned(lathe(path("0.2,-0.4 0.2,0 1.2,0.5 1.7,1 1.5,1 0,0.2"), c.LIGHT_GRAY, 16), "x", 60)
    return (
        parts
        + moved([cylinder(0.15, 1.6, c.BLACK, 8), *moved(dish, z=1.6)], 3.4, 0, 3.6)
        + moved(person("Astronaut", rng), -4, -5)
    )


def base(rng: Random) -> Solids:
    """Return a moon base with a dome, a rocket and astronauts."""
    hull, trim, glass = rng.choice(SPACE)
    parts = [
        brick(20, 12, c.LIGHT_GRAY, 0.2),
        *moved(
            [lathe(path("3.6,0 3.4,1.6 2.2,3.2 0,3.8"), glass, 12), lathe([(3.8, 0), (3.8, 0.8)], hull, 12)], -5, 2, 0.2
        ),
    ]
    parts += moved(
        [
            lathe(path("1.2,0.8 1.6,3 1.5,8 0.8,10.4 0,12"), c.WHITE, 16),
            *(p for k in range(3) for p in turned(prism(path("1.2,0 2.8,0 1.4,3.2"), 0.3, trim), "z", 120 * k)),
        ],
        4.5,
        2,
        0.2,
    )
    return parts + moved(person("Astronaut", rng), -1, -3.6, 0.2) + moved(person("Astronaut", rng), 3.4, -4, 0.2)


def fighter(rng: Random) -> Solids:
    """Return a starfighter: a long nose with crossed wings, or a ball between two panels."""
    hull, trim, _ = rng.choice(SPACE)
    if rng.random() < 0.35:
        panel = [
            prism([(5.4 * x, 5.4 * z) for x, z in arc(0, 360, 6)[:-1]], 0.4, c.DARK_GRAY),
            *moved(cylinder(0.1, 0.1, c.BLACK, 6)),
        ]
        sides = group(moved(panel, 0, s * 4.4, 5) for s in (-1, 1))
        pod = moved(
            [ellipsoid(2.1, 2.1, 2.1, c.LIGHT_GRAY, 20), *moved(turned(cylinder(1.2, 0.2, c.BLACK, 10), "y", -90), -2)],
            z=5,
        )
        return turned([*sides, *pod, limb((0, -4, 5), (0, 4, 5), 0.5, c.LIGHT_GRAY)], "z", rng.choice((50, 65)))
    parts = moved(prism(path("-9,0.2 -1,0 5,0 5,2.2 -1,2.2 -9,1"), 2.2, hull), z=2.4) + moved(
        ellipsoid(1.7, 0.9, 0.8, c.BLACK, 12), -0.8, 0, 4.4
    )
    for s in (-1, 1):
        for lift in (-14, 14):
            wing = [
                *moved(box(3.4, 8, 0.35, hull), 3, 4.6),
                *moved(box(2.4, 1.6, 0.38, trim), 3, 6),
                *moved(turned(cylinder(0.22, 6, c.DARK_GRAY, 8), "y", -90), 4, 8.4, 0.2),
            ]
            parts += moved(turned(wing if s > 0 else turned(mirrored(wing), "z", 180), "x", s * lift), 0, 0, 3.5)
        parts += moved(turned(lathe(path("0.9,0 0.7,3 0.4,3.2"), trim, 14), "y", 90), 2.4, s * 1.9, 3.5)
    return parts + (moved(person("Astronaut", rng), -5, -5) if rng.random() < 0.5 else [])
