"""Town vehicles: cars, a fire engine, a wheel loader, a helicopter."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    box,
    cylinder,
    ellipsoid,
    group,
    joined,
    limb,
    moved,
    path,
    prism,
    scaled,
    turned,
)
from sample.models.bricks import brick, four_wheels, round_brick
from sample.models.minifigures.figures import anyone, person


def car(rng: Random, colour: Colour | None = None, light: Colour | None = None) -> Solids:
    """Return a car four studs wide, with a roof or a driver.

    colour: the body's; random by default. light: the colour of the first of two lamps above; by default there are none.
    """
    paint = colour or rng.choice(c.BRICKS)
    parts = four_wheels(5.4, 1.75, 0.85, rng.choice((c.LIGHT_GRAY, c.WHITE, c.YELLOW)))
    parts += moved(brick(10, 3, c.BLACK, 0.4), z=0.7) + moved(brick(3, 4, paint, 0.8), -3.6, 0, 1.1)
    parts += moved(brick(2, 4, paint, 1.2), 3.9, 0, 1.1) + moved(box(4, 4, 0.8, paint), 0, 0, 1.1)
    screen = prism(path("-2.1,1.9 -1.6,1.9 -0.8,3.9 -1.1,3.9"), 3.6, c.GLASS)
    parts += (
        [screen, *moved(brick(4, 4, paint, 0.4), 0.9, 0, 4.0)]
        if rng.random() < 0.6
        else [screen, *moved(person("Racing Driver", rng), 0.8, 0, 0.9)]
    )
    parts += group(moved(box(0.1, 0.7, 0.4, c.LIGHT_YELLOW), -5.12, s, 1.4) for s in (-1.4, 1.4))
    # Posts carry the lamps, or form a roll bar behind some drivers.
    if parts[-5].box[0][2] > 3 or light:
        parts += group(moved(box(0.25, 0.25, 2.1, paint), 2.6, s * 1.8, 1.9) for s in (-1, 1))
    if light:
        parts += group(moved(round_brick(hue, 0.7), 0.6, s, 4.4) for s, hue in ((-0.8, light), (0.8, c.BLUE)))
    return parts


def police_car(rng: Random) -> Solids:
    """Return a police car and an officer."""
    return car(rng, rng.choice((c.WHITE, c.BLACK, c.BLUE)), c.BLUE) + moved(
        turned(person("Police Officer", rng), "z", 20), rng.uniform(-3, 3), -4.2
    )


def fire_engine(rng: Random) -> Solids:
    """Return a fire engine with a ladder, a lamp and a firefighter."""
    parts = four_wheels(8.4, 1.75, 0.95, c.LIGHT_GRAY) + moved(brick(14, 4, c.DARK_GRAY, 0.4), z=0.9)
    parts += moved([box(4, 4, 3.6, c.RED), *moved(brick(4, 4, c.WHITE, 0.4), z=3.6)], -5, 0, 1.3)
    parts += moved(box(0.1, 3.4, 1.6, c.GLASS), -7.05, 0, 2.9) + moved(box(2, 4.06, 1.5, c.GLASS), -5.2, 0, 3.0)
    parts += moved(brick(10, 4, c.RED, 2.4), 2, 0, 1.3) + moved(round_brick(c.BLUE, 0.7), -5, 0, 5.3)
    rails = [
        box(11, 0.25, 0.4, c.WHITE),
        *moved(box(11, 0.25, 0.4, c.WHITE), y=1.4),
        *(p for k in range(8) for p in moved(box(0.2, 1.4, 0.2, c.WHITE), -4.6 + 1.3 * k, 0.7)),
    ]
    ladder = turned(moved(joined(rails), x=-4.5, y=-0.7), "y", rng.uniform(8, 30))
    return parts + moved(ladder, 6, 0, 3.9) + moved(person("Firefighter", rng), rng.uniform(-4, 4), -4.2)


def digger(rng: Random) -> Solids:
    """Return a wheel loader with a bucket, and a builder."""
    colour = rng.choice((c.YELLOW, c.ORANGE))
    parts = four_wheels(5, 1.9, 1.2, c.YELLOW) + moved(brick(8, 4, c.BLACK, 0.8), z=1)
    parts += moved(brick(3, 4, colour, 2.4), 2.4, 0, 1.8) + moved(
        [box(3, 3.4, 3, c.GLASS), *moved(brick(4, 4, colour, 0.4), z=3)], -0.8, 0, 1.8
    )
    bucket = prism(path("-2,0 0,0 0.4,2 -0.2,2 -0.8,0.6 -2,0.4"), 5, c.DARK_GRAY)
    parts += moved(bucket, -5.2, 0, rng.uniform(0.2, 2)) + [
        limb((-2, s * 1.6, 2.4), (-5, s * 1.6, 1.8), 0.3, colour) for s in (-1, 1)
    ]
    return parts + moved(person("Builder", rng), rng.uniform(-3, 3), -4.2)


def helicopter(rng: Random) -> Solids:
    """Return a helicopter and its pilot."""
    colour = rng.choice((c.WHITE, c.RED, c.BLUE, c.YELLOW, c.GREEN))
    parts = (
        moved(ellipsoid(2.6, 1.9, 2.0, c.GLASS, 20), -2, 0, 3.2)
        + moved(brick(6, 4, colour, 1.2), 1, 0, 1.8)
        + moved(brick(5, 4, colour, 2), 1.5, 0, 3.0)
    )
    parts += moved(brick(7, 2, colour, 0.8), 7, 0, 4) + moved(
        prism(path("0,0 1.4,0 2,2.6 1,2.6"), 0.4, colour), 9.4, 0, 4.8
    )
    posts = group(moved(box(0.3, 0.3, 1.6, c.BLACK), x, 0, 0.3) for x in (-2, 2))
    parts += group(moved([box(8, 0.4, 0.3, c.BLACK), *posts], 0.5, s) for s in (-1.8, 1.8))
    blades = group(turned(moved(box(7, 0.9, 0.15, c.DARK_GRAY), x=3.6), "z", 20 + 90 * k) for k in range(4))
    return (
        parts
        + moved(cylinder(0.3, 1.2, c.LIGHT_GRAY), 1, 0, 5.2)
        + moved(blades, 1, 0, 6.4)
        + moved(anyone(rng), -4.2, -4)
    )


def racer(rng: Random) -> Solids:
    """Return a small racing car with its driver."""
    colour = rng.choice((c.RED, c.RED, c.BLUE, c.YELLOW, c.GREEN, c.ORANGE, c.WHITE, c.BLACK))
    parts = four_wheels(7.4, 2.1, 1.0, rng.choice((c.YELLOW, c.LIGHT_GRAY))) + moved(brick(12, 2, c.BLACK, 0.4), z=0.7)
    parts += moved(prism(path("-6.6,0 -1,0 -1,1.6 -2.5,1.6 -6.6,0.5"), 2, colour), z=1.1)
    parts += moved(prism(path("-1,0 6,0 5.6,1.2 2,2.6 1.2,2.6 0.6,1.2 -1,1.2"), 2.4, colour), z=1.1)
    parts += (
        moved(brick(1, 4, colour, 0.4), -6.4, 0, 0.8)
        + moved(brick(2, 4, colour, 0.4), 5.6, 0, 3.2)
        + moved(box(0.5, 2, 1.4, c.BLACK), 5.4, 0, 2)
    )
    stripe = prism(path("-5,1.14 5,1.14 5,1.5 -4,1.5"), 2.46, rng.choice((c.WHITE, c.YELLOW, c.BLACK)))
    return [*parts, stripe, *moved(scaled(person("Racing Driver", rng), 0.85), -0.2, 0, 0.4)]
