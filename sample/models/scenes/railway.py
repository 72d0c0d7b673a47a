"""The railway: a steam engine, an express train and a goods wagon, each on rails."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    box,
    cylinder,
    ellipsoid,
    group,
    lathe,
    moved,
    path,
    prism,
    scaled,
    turned,
)
from sample.models.bricks import brick, road_wheel
from sample.models.minifigures.figures import anyone, person
from sample.models.scenes.vehicles import car


def rails(length: float) -> Solids:
    """Return a straight piece of track."""
    sleepers = group(moved(box(0.8, 7, 0.3, c.DARK_GRAY), -length / 2 + 1 + 2 * k) for k in range(int(length // 2)))
    return sleepers + group(moved(box(length, 0.3, 0.5, c.LIGHT_GRAY), y=s, z=0.3) for s in (-2, 2))


def bogies(xs: list[float], hub: Colour) -> Solids:
    """Return pairs of railway wheels at these places along the track."""
    return group(moved(road_wheel(0.8, 0.5, hub), x, s, 1.5) for x in xs for s in (-2, 2))


def steam_engine(rng: Random) -> Solids:
    """Return a steam engine and its tender on rails."""
    colour = rng.choice((c.BLACK, c.DARK_GREEN, c.RED, c.DARK_BLUE))
    parts = (
        bogies([-5, -2.6, 0, 2.4, 8, 11], c.RED)
        + moved(brick(11, 4, c.BLACK, 0.8), -1, 0, 1.8)
        + moved(turned(cylinder(1.7, 7, colour, 18), "y", -90), 1.6, 0, 4.2)
    )
    parts += moved(lathe(path("0.7,0 0.5,0.6 0.5,2 0.9,2.6 0.6,2.6"), c.BLACK, 14), -4, 0, 5.6) + moved(
        ellipsoid(0.8, 0.8, 0.9, c.GOLD, 12), -1, 0, 6
    )
    parts += moved(
        [
            box(3.2, 4.2, 4.4, colour),
            *moved(brick(5, 6, c.BLACK, 0.4), z=4.4),
            *moved(box(1.4, 4.3, 1.6, c.GLASS), z=2),
        ],
        3.2,
        0,
        2.6,
    )
    parts += moved([brick(6, 4, c.BLACK, 0.8), *moved(brick(6, 4, colour, 2.4), z=0.8)], 9.5, 0, 1.8)
    return moved(rails(22), 3) + parts + moved(anyone(rng), 0, -6)


def express(rng: Random) -> Solids:
    """Return an express train: a sloping nose and a coach."""
    colour, stripe = rng.choice((c.RED, c.WHITE, c.BLUE, c.YELLOW)), rng.choice((c.WHITE, c.BLACK, c.YELLOW, c.BLUE))
    nose = prism(path("-10,2 2,2 2,7 -6,7 -9.2,4.4"), 4.4, colour)
    glass = prism(path("-8.4,5 -5.6,5 -5.6,6.5 -6.3,6.9"), 4.5, c.BLACK)
    coach = [
        box(11, 4.4, 5, colour),
        *moved(box(11.4, 4.6, 0.4, c.LIGHT_GRAY), z=5),
        *(p for k in range(4) for p in moved(box(1.8, 4.46, 1.6, c.GLASS), -3.9 + 2.6 * k, 0, 2.6)),
    ]
    parts = [
        nose,
        glass,
        *moved(coach, 8.2, 0, 2),
        *moved(box(12, 4.48, 0.6, stripe), -3.6, 0, 3),
        *moved(box(11, 4.48, 0.6, stripe), 8.2, 0, 3),
    ]
    return (
        moved(rails(26), 2)
        + bogies([-6, -3, 0, 5, 11], c.LIGHT_GRAY)
        + parts
        + moved(anyone(rng), rng.uniform(-4, 8), -6)
    )


def wagon(rng: Random) -> Solids:
    """Return a goods wagon with a load, and a worker."""
    load = rng.choice(
        ([cylinder(1.7, 3, c.WHITE, 16)], car(rng), [brick(4, 3, c.RED), *moved(brick(3, 3, c.BLUE), z=1.2)])
    )
    return (
        rails(16)
        + bogies([-4.4, 4.4], c.RED)
        + moved(brick(14, 4, rng.choice(c.BRICKS), 0.8), z=1.8)
        + moved(scaled(load, 0.9), z=2.6)
        + moved(person("Builder", rng), 2, -6)
    )
