"""Sets for young children: big bricks with hollow studs, round animals, chunky vehicles, jointless figures."""

import math
from collections.abc import Callable
from random import Random

from sample import colours as c
from sample.bricks import GAP, both_sides, road_wheel
from sample.solids import (
    Colour,
    Solid,
    Solids,
    arc,
    ball,
    box,
    cylinder,
    disc,
    ellipsoid,
    group,
    joined,
    lathe,
    limb,
    mirrored,
    moved,
    over,
    patch,
    path,
    prism,
    rectangle,
    scaled,
    turned,
)

HIGH = 1.2


def fat_studs(width: int, depth: int, height: float, colour: Colour) -> Solids:
    """Return a grid of hollow studs, one per unit, standing at a height."""
    rim = lathe(path("0.32,0 0.32,0.24 0.29,0.29 0.21,0.29"), colour, 16)
    hollow = over(moved(cylinder(0.21, 0.3, c.mixed(colour, c.BLACK, 0.3), 14))[0], 1)
    stud = over(joined([rim, hollow]), 1)
    return [
        moved(stud, x - (width - 1) / 2, y - (depth - 1) / 2, height)[0] for y in range(depth) for x in range(width)
    ]


def block(width: int, depth: int, colour: Colour, height: float = HIGH, studded: bool = True) -> Solid:
    """Return a big brick of width x depth studs with softened upper edges, standing on the origin."""
    w, h = (width - GAP) / 2, height - GAP
    outline = [(-w, 0), (w, 0), (w, h - 0.07), (w - 0.07, h), (-w + 0.07, h), (-w, h - 0.07)]
    body = prism(outline, depth - GAP, colour)
    return joined([body, *(fat_studs(width, depth, h, colour) if studded else [])], body.box)


def curved_block(colour: Colour) -> Solid:
    """Return a 2 x 2 brick with an arched top."""
    return prism([(1, 0), *((0.97 * x, 0.5 + 0.9 * z) for x, z in arc(0, 180, 8)), (-1, 0)], 2 - GAP, colour)


def eye(x: float, y: float, z: float, size: float = 0.16) -> Solids:
    """Return an eye that looks at the viewer."""
    white, pupil = ellipsoid(size, 0.06, size, c.WHITE, 10), ellipsoid(size * 0.55, 0.06, size * 0.6, c.BLACK, 10)
    return moved(joined([white, over(moved(pupil, y=-0.05)[0])]), x, y, z)


# ---------------------------------------------------------------- figures


def person(rng: Random, animal: bool = False) -> Solids:
    """Return a figure without joints: a block of legs, a round body, a big head; Fabuland's have animals' heads."""
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
    """Return hair, a cap or a helmet for a round head."""
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
    """Return the head of a bear, rabbit, elephant, cat or pig."""
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


# ---------------------------------------------------------------- animals


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

# ---------------------------------------------------------------- things


def big_bricks(rng: Random) -> Solids:
    """Return a handful of big bricks, lying and stacked."""
    parts: Solids = []
    for k in range(rng.randint(4, 8)):
        x, y = (k % 3) * 4.6 + rng.uniform(-0.3, 0.3), (k // 3) * 3.4
        pile = [block(rng.choice((2, 2, 4)), 2, rng.choice(c.BRIGHT))]
        for level in range(1, rng.randint(1, 3)):
            pile += moved(
                rng.choice((block(2, 2, rng.choice(c.BRIGHT)), curved_block(rng.choice(c.BRIGHT)))), z=HIGH * level
            )
            if len(pile[-1].sizes) < 20:
                break
        parts += moved(turned(pile, "z", rng.choice((0, 0, 15, -20, 35))), x, y)
    return parts


def tower(rng: Random) -> Solids:
    """Return a tower of big bricks with something on top."""
    height = rng.randint(3, 6)
    parts = [block(rng.choice((4, 6)), 4, rng.choice((c.GREEN, c.BRIGHT_GREEN, c.BLUE)), 0.6)]
    for level in range(height):
        width = 4 if level < height // 2 and rng.random() < 0.5 else 2
        parts += moved(block(width, 2, rng.choice(c.BRIGHT)), z=0.6 + HIGH * level)
    top = rng.choice((person(rng), duck(rng), [curved_block(c.RED)]))
    return parts + moved(scaled(top, 0.9), z=0.6 + HIGH * height)


def chunky_car(rng: Random, long: bool = False) -> Solids:
    """Return a car or lorry of big bricks on big wheels, with its driver."""
    colour, length = rng.choice(c.BRIGHT), 7 if long else 5
    parts = group(
        moved(road_wheel(0.85, 0.7, rng.choice((c.YELLOW, c.RED, c.WHITE))), x, s * 1.35, 0.85)
        for x in (-length / 2 + 1, length / 2 - 1)
        for s in (-1, 1)
    )
    parts += moved(box(length, 2.1, 0.6, rng.choice((c.DARK_GRAY, colour))), z=0.7)
    bonnet = [
        (-length / 2, 1.3),
        (-length / 2 + 1.9, 1.3),
        (-length / 2 + 1.9, 2.7),
        (-length / 2 + 0.5, 2.6),
        (-length / 2, 2.0),
    ]
    nose = prism(bonnet, 2.0, colour)
    parts += [
        nose,
        *eye(-length / 2 - 0.02, -1.0, 2.0, 0.01),
        *moved(scaled(person(rng), 0.95), -length / 2 + 2.9, 0, 1.3),
    ]
    for s in (-1, 1):
        parts += moved(turned(cylinder(0.3, 0.1, c.LIGHT_YELLOW, 12), "y", -90), -length / 2, s * 0.6, 1.8)
    if long:
        load = rng.choice(
            (
                [block(2, 2, rng.choice(c.BRIGHT)), *moved(block(2, 2, rng.choice(c.BRIGHT)), z=HIGH)],
                scaled(rng.choice(ANIMALS)(rng), 0.6),
            )
        )
        return (
            parts
            + moved(block(4, 2, rng.choice(c.BRIGHT), 0.6), length / 2 - 2, 0, 1.3)
            + moved(load, length / 2 - 1.8, 0, 1.9)
        )
    return parts + moved(block(1, 2, colour, 1.2), length / 2 - 0.5, 0, 1.3)


def racing_car(rng: Random) -> Solids:
    """Return a smiling racing car with eyes for a windscreen, and a cone or a cactus beside it."""
    colour = rng.choice((c.RED, c.BLUE, c.YELLOW, c.ORANGE, c.LIME, c.AZURE))
    side = path("-4,0.6 3.8,0.6 4,2 2.4,2.2 1.2,3.3 -1,3.3 -2.2,2.2 -3.8,1.8")
    body = prism(side, 3, colour)
    glass = path("-1.9,2.2 1.6,2.2 0.9,3.1 -0.9,3.1")
    number = disc((1.8, -1.52, 1.5), 0.5, c.WHITE, 1, 16)
    door = patch([(x, -1.51, z) for x, z in glass], (70, 90, 110))
    stripe = patch(
        [(x, -1.51, z) for x, z in path("-3.9,0.9 3.85,0.9 3.9,1.15 -3.9,1.15")], rng.choice((c.WHITE, c.YELLOW))
    )
    body = joined([body, *both_sides([door, stripe, number])], body.box)
    parts = [body, *moved(box(0.4, 3.4, 0.3, colour), 3.9, 0, 2.6)]
    for s in (-1, 1):
        parts += group(
            moved(road_wheel(0.95, 0.6, rng.choice((c.RED, c.YELLOW, c.LIGHT_GRAY))), x, s * 1.5, 0.95)
            for x in (-2.4, 2.4)
        )
    screen = [turned(ellipsoid(0.55, 0.1, 0.45, c.WHITE, 12), "z", -90)[0] for _ in (0, 1)]
    pupil = turned(ellipsoid(0.22, 0.1, 0.26, (40, 90, 160), 10), "z", -90)
    for s, white in zip((-1, 1), screen, strict=True):
        parts += moved(joined([white, over(moved(pupil, x=-0.08)[0])]), -1.75, s * 0.6, 2.85)
    side_show = [lathe(path("0.7,0 0.7,0.15 0.45,0.15 0.1,1.6 0,1.6"), c.ORANGE, 14)]
    cactus = [
        limb((0, 0, 0), (0, 0, 2.8), 0.5, c.GREEN),
        limb((0, 0, 1.2), (1.0, 0, 1.5), 0.32, c.GREEN),
        limb((1, 0, 1.5), (1.0, 0, 2.3), 0.32, c.GREEN),
    ]
    return parts + moved(rng.choice((side_show, cactus, person(rng))), rng.choice((-3, 1, 5.5)), 2.8)


def train(rng: Random) -> Solids:
    """Return an engine and wagons with numbers of bricks on them."""
    colour = rng.choice((c.RED, c.BLUE, c.GREEN, c.BLACK))
    parts = chassis(0) + moved(box(4.4, 2.1, 0.5, c.mixed(colour, c.BLACK, 0.2)), z=0.9)
    boiler = moved(turned(cylinder(0.95, 2.6, colour, 18), "y", -90), 0.5, 0, 2.2)
    parts += boiler + moved(lathe(path("0.3,0 0.3,0.8 0.55,1.3 0.4,1.3"), c.BLACK, 14), -1.4, 0, 3.0)
    parts += moved(box(1.8, 2.1, 2.4, rng.choice((c.YELLOW, c.AZURE, colour))), 1.3, 0, 1.4) + moved(
        box(2.3, 2.5, 0.3, colour), 1.3, 0, 3.8
    )
    parts += moved(box(1.0, 0.03, 1.0, c.GLASS), 1.3, -1.07, 2.4) + moved(
        turned(cylinder(0.6, 0.1, c.YELLOW, 14), "y", -90), -2.1, 0, 2.2
    )
    for k in range(1, rng.randint(2, 4)):
        load = rng.choice(("bricks", "person", "animal"))
        if load == "bricks":
            cargo = [block(2, 2, rng.choice(c.BRIGHT)), *moved(block(2, 2, rng.choice(c.BRIGHT)), z=HIGH)]
        else:
            cargo = scaled(person(rng) if load == "person" else rng.choice(ANIMALS)(rng), 0.62)
        wagon = chassis(0) + moved(block(4, 2, rng.choice(c.BRIGHT), 0.6), z=0.9) + moved(cargo, z=1.5)
        parts += moved(wagon, k * 4.9)
    return parts


def chassis(x: float) -> Solids:
    """Return four small wheels in a row on each side."""
    return group(moved(road_wheel(0.62, 0.4, c.RED), x + k, s * 1.1, 0.62) for k in (-1.3, 1.3) for s in (-1, 1))


def house(rng: Random) -> Solids:
    """Return a house of big bricks with a red roof, a window, people or animals before it."""
    wall, roof = rng.choice((c.YELLOW, c.WHITE, c.LIGHT_BLUE, c.ORANGE)), rng.choice((c.RED, c.BLUE, c.BROWN))
    parts = [block(10, 6, rng.choice((c.BRIGHT_GREEN, c.GREEN)), 0.4, studded=False)]
    parts += moved([*fat_studs(10, 2, 0.4, c.BRIGHT_GREEN)], 0, -2)
    storeys = rng.randint(2, 3)
    for level in range(storeys):
        z = 0.4 + HIGH * level
        parts += moved(block(2, 2, wall), -2.5, 1.8, z) + moved(
            block(2, 2, rng.choice((wall, wall, c.RED))), 2.5, 1.8, z
        )
    parts += moved(box(2.9, 0.4, HIGH * storeys, c.GLASS), 0, 2, 0.4) + moved(
        box(0.25, 0.5, HIGH * storeys, roof), 0, 1.8, 0.4
    )
    top = prism(path("-4.2,0 4.2,0 1.6,2.2 -1.6,2.2"), 3, roof)
    parts += moved(top, 0, 1.8, 0.4 + HIGH * storeys) + moved(person(rng), rng.uniform(-2.5, 0), -1.6, 0.4)
    return parts + moved(scaled(rng.choice(ANIMALS)(rng), 0.5), 2.6, -1.6, 0.4)


def family(rng: Random) -> Solids:
    """Return two or three people, at times large in the picture, with a brick or an animal."""
    count = rng.choice((1, 2, 2, 3))
    parts = group(moved(person(rng), k * 2.4, rng.uniform(-0.4, 0.4)) for k in range(count))
    extra = rng.choice(([block(2, 2, rng.choice(c.BRIGHT))], scaled(rng.choice(ANIMALS)(rng), 0.5), []))
    return parts + moved(extra, count * 2.4 + 0.4, 0.6)


def rescuer(rng: Random) -> Solids:
    """Return a big jointless hero, as 4 Juniors has, alone or beside a low vehicle."""
    hero = scaled(person(rng), 1.0, 1.0, 1.25)
    if rng.random() < 0.5:
        return hero
    return hero + moved(scaled(chunky_car(rng), 0.7), 3.6, 1.2)


def zoo(rng: Random) -> Solids:
    """Return animals among trees and bricks."""
    parts = [block(12, 6, rng.choice((c.BRIGHT_GREEN, c.LIME)), 0.4)]
    for k, maker in enumerate(rng.sample((elephant, giraffe, cow, duck), rng.randint(2, 3))):
        animal = scaled(maker(rng), 0.72)
        parts += moved(animal if rng.random() < 0.6 else mirrored(animal), -4 + k * 4, rng.uniform(-0.8, 0.8), 0.4)
    trunk = [cylinder(0.35, 1.6, c.BROWN, 12), *moved(ellipsoid(1.3, 1.1, 1.1, c.GREEN, 18), z=2.3)]
    return parts + moved(trunk, rng.choice((-5.2, 5.2)), 1.8, 0.4)


def rattle(rng: Random) -> Solids:
    """Return a baby's toy: rings and balls on a handle, with a face."""
    parts = [
        lathe(path("1.3,0 1.5,0.4 1.3,0.8 0.6,0.9"), rng.choice(c.BRIGHT), 22),
        *moved(cylinder(0.45, 2.4, c.WHITE, 16), z=0.8),
    ]
    parts += group(
        moved(lathe([(0.5, 0), (0.95 - 0.1 * k, 0.25), (0.5, 0.5)], rng.choice(c.BRIGHT), 18), z=1.0 + 0.6 * k)
        for k in range(3)
    )
    parts += moved(ball(1.05, rng.choice((c.YELLOW, c.RED, c.AZURE)), 20), z=3.9)
    return [
        *parts,
        *eye(-0.35, -0.98, 4.2, 0.2),
        *eye(0.35, -0.98, 4.2, 0.2),
        *moved(ball(0.2, c.RED, 10), 0, -1.05, 3.8),
    ]


def fabuland(rng: Random) -> Solids:
    """Return one or two of Fabuland's animals, alone, or with a car or a small house."""
    friends = person(rng, animal=True) + (moved(person(rng, animal=True), 2.6) if rng.random() < 0.5 else [])
    scene = rng.choice(("alone", "alone", "car", "house"))
    if scene == "car":
        return friends + moved(scaled(chunky_car(rng), 0.75), 2.4, 2.8)
    return friends + (moved(scaled(house(rng), 0.8), 1, 4.4) if scene == "house" else [])


YOUNG: dict[str, Callable[[Random], Solids]] = {
    "Big Bricks": big_bricks,
    "Tower": tower,
    "Elephant": elephant,
    "Giraffe": giraffe,
    "Cow": cow,
    "Zoo": zoo,
    "Train": train,
    "Truck": lambda rng: chunky_car(rng, long=True),
    "Car": chunky_car,
    "House": house,
    "Family": family,
    "Rescuer": rescuer,
    "Duck": duck,
    "Rattle": rattle,
    "Fabuland": fabuland,
    "Racing Car": racing_car,
}


def playset(subject: str, rng: Random) -> Solids:
    """Return what a young child's set shows; an animal at times with a brick or a friend beside it."""
    parts = YOUNG[subject](rng)
    if subject in ("Elephant", "Giraffe", "Cow", "Duck") and rng.random() < 0.6:
        parts = parts + moved(rng.choice(([block(2, 2, rng.choice(c.BRIGHT))], person(rng))), rng.uniform(-1, 3), -2.4)
    return mirrored(parts) if rng.random() < 0.4 else parts
