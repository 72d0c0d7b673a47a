"""Figures without joints: people with round heads, and Fabuland's animals. Eyes are here too."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    arc,
    ball,
    disc,
    ellipsoid,
    joined,
    lathe,
    limb,
    moved,
    over,
    patch,
    path,
    prism,
    rectangle,
    turned,
)


def eye(x: float, y: float, z: float, size: float = 0.16) -> Solids:
    """Return an eye that faces the viewer."""
    white, pupil = ellipsoid(size, 0.06, size, c.WHITE, 10), ellipsoid(size * 0.55, 0.06, size * 0.6, c.BLACK, 10)
    return moved(joined([white, over(moved(pupil, y=-0.05)[0])]), x, y, z)


def person(rng: Random, animal: bool = False) -> Solids:
    """Return a figure without joints: legs in one block, a round body, and a child's or an animal's big head."""
    shirt, trousers, skin = rng.choice(c.BRIGHT), rng.choice(c.CLASSIC), rng.choice((c.YELLOW, c.YELLOW, c.NOUGAT))
    legs = prism(path("-0.62,0 0.62,0 0.58,1.1 -0.58,1.1"), 0.85, trousers)
    split = rectangle(-0.02, 0, 0.02, 0.8, -0.43, c.mixed(trousers, c.BLACK, 0.5))
    body = lathe(path("0.62,1.1 0.66,1.4 0.55,2 0.3,2.15"), shirt, 16)
    print_ = patch(
        [(-0.2, -0.67, 1.35), (0.2, -0.67, 1.35), (0.17, -0.6, 1.85), (-0.17, -0.6, 1.85)], rng.choice(c.BRIGHT)
    )
    parts = [joined([legs, split], legs.box), joined([body, print_])]
    for side in (-1, 1):
        lift = rng.uniform(-0.2, 0.9)
        parts.append(limb((side * 0.55, 0, 1.85), (side * 1.0, -0.25, 1.25 + lift), 0.2, shirt))
        parts += moved(ball(0.2, skin, 10), side * 1.05, -0.3, 1.15 + lift)
    return [
        *parts,
        *moved(turned(animal_head(rng) if animal else round_head(rng, skin), "z", rng.uniform(-20, 20)), z=2.1),
    ]


def round_head(rng: Random, skin: Colour) -> Solids:
    """Return a child's or parent's head with hair or a hat."""
    skull = moved(ellipsoid(0.66, 0.62, 0.66, skin, 22), z=0.62)
    marks = [disc((s * 0.24, -0.64, 0.7), 0.09, c.BLACK, 2, 10) for s in (-1, 1)]
    smile = [(0.26 * k / 4, 0.36 + 0.1 * (k / 4) ** 2) for k in range(-4, 5)]
    mouth = patch([(u, -0.63, v) for u, v in [*smile, *((u, v + 0.06) for u, v in reversed(smile))]], (150, 30, 20), 2)
    nose = moved(over(ball(0.08, c.mixed(skin, c.RED, 0.2), 8), 2), 0, -0.64, 0.55)
    return [joined([*skull, *marks, mouth, *nose, *(over(part, 3) for part in topping(rng))], skull[0].box)]


def topping(rng: Random) -> Solids:
    """Return hair, bunches, a cap or a hat for a round head."""
    colour = rng.choice((*c.HAIR, c.RED, c.BLUE))
    profile = [(0.7, 0.78), *((0.7 * x, 0.8 + 0.6 * z) for x, z in arc(0, 90, 5)[1:-1]), (0, 1.4)]
    top = lathe(profile, colour, 16)
    extra = rng.choice(("cap", "hair", "tails", "hat"))
    if extra == "cap":
        return [top, *moved(ellipsoid(0.5, 0.5, 0.06, colour, 10), 0, -0.6, 0.86)]
    if extra == "tails":
        return [top, *(p for s in (-1, 1) for p in moved(ellipsoid(0.26, 0.2, 0.36, colour, 10), s * 0.8, 0.1, 0.62))]
    if extra == "hat":
        return [top, over(lathe(path("0.6,0.8 1,0.84 0.6,0.95"), colour, 18))]
    return [top]


def animal_head(rng: Random) -> Solids:
    """Return the head of a bear, rabbit, elephant or cat."""
    colour = rng.choice((c.BROWN, c.LIGHT_GRAY, c.TAN, c.PINK, c.WHITE, c.DARK_TAN, c.MEDIUM_BLUE))
    parts = moved(ellipsoid(0.72, 0.66, 0.68, colour, 20), z=0.66)
    muzzle = moved(ellipsoid(0.36, 0.34, 0.28, c.mixed(colour, c.WHITE, 0.45), 12), 0, -0.55, 0.45)
    nose = moved(ellipsoid(0.13, 0.1, 0.1, c.BLACK, 8), 0, -0.88, 0.55)
    ears = {
        "bear": [moved(ellipsoid(0.26, 0.14, 0.26, colour, 10), s * 0.52, 0, 1.25)[0] for s in (-1, 1)],
        "rabbit": [limb((s * 0.25, 0, 1.2), (s * 0.36, 0, 2.1), 0.18, colour) for s in (-1, 1)],
        "elephant": [moved(ellipsoid(0.46, 0.1, 0.56, colour, 12), s * 0.95, 0.1, 0.75)[0] for s in (-1, 1)],
        "cat": [prism([(s * 0.62 - 0.2, 1.05), (s * 0.62 + 0.2, 1.05), (s * 0.66, 1.6)], 0.2, colour) for s in (-1, 1)],
    }
    kind = rng.choice(sorted(ears))
    trunk = [limb((0, -0.6, 0.5), (0, -1.05, -0.1), 0.2, colour, 0.15)] if kind == "elephant" else [*muzzle, *nose]
    return [joined([*parts, *ears[kind]]), *trunk, *eye(-0.26, -0.6, 0.88, 0.14), *eye(0.26, -0.6, 0.88, 0.14)]
