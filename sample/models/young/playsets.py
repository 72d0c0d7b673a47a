"""Sets for young children: loose bricks, chunky vehicles, houses, families, toys."""

from collections.abc import Callable
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Solids,
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
    scaled,
    turned,
)
from sample.models.bricks import both_sides, road_wheel
from sample.models.young.animals import ANIMALS, cow, duck, elephant, giraffe
from sample.models.young.blocks import HIGH, block, curved_block, fat_studs
from sample.models.young.figures import eye, person


def big_bricks(rng: Random) -> Solids:
    """Return several big bricks, single or stacked."""
    parts: Solids = []
    for k in range(rng.randint(4, 8)):
        x, y = (k % 3) * 4.6 + rng.uniform(-0.3, 0.3), (k // 3) * 3.4
        pile = [block(rng.choice((2, 2, 4)), 2, rng.choice(c.BRIGHT))]
        for level in range(1, rng.randint(1, 3)):
            pile += moved(
                rng.choice((block(2, 2, rng.choice(c.BRIGHT)), curved_block(rng.choice(c.BRIGHT)))), z=HIGH * level
            )
            # An arched brick has few faces and no studs, so nothing can stand on it.
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
    front = -length / 2
    bonnet = [(front, 1.3), (front + 1.9, 1.3), (front + 1.9, 2.7), (front + 0.5, 2.6), (front, 2.0)]
    parts += [prism(bonnet, 2.0, colour), *eye(front - 0.02, -1.0, 2.0, 0.01)]
    parts += moved(scaled(person(rng), 0.95), front + 2.9, 0, 1.3)
    for s in (-1, 1):
        parts += moved(turned(cylinder(0.3, 0.1, c.LIGHT_YELLOW, 12), "y", -90), front, s * 0.6, 1.8)
    return parts + (loading_bed(rng, length / 2) if long else moved(block(1, 2, colour, 1.2), length / 2 - 0.5, 0, 1.3))


def loading_bed(rng: Random, end: float) -> Solids:
    """Return a lorry's bed with bricks or an animal on it; end: the x of its rear end."""
    bricks = [block(2, 2, rng.choice(c.BRIGHT)), *moved(block(2, 2, rng.choice(c.BRIGHT)), z=HIGH)]
    load = rng.choice((bricks, scaled(rng.choice(ANIMALS)(rng), 0.6)))
    return moved(block(4, 2, rng.choice(c.BRIGHT), 0.6), end - 2, 0, 1.3) + moved(load, end - 1.8, 0, 1.9)


def racing_car(rng: Random) -> Solids:
    """Return a racing car with eyes on its windscreen, and a cone, a cactus or a person beside it."""
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
    white = turned(ellipsoid(0.55, 0.1, 0.45, c.WHITE, 12), "z", -90)[0]
    pupil = turned(ellipsoid(0.22, 0.1, 0.26, (40, 90, 160), 10), "z", -90)
    for s in (-1, 1):
        parts += moved(joined([white, over(moved(pupil, x=-0.08)[0])]), -1.75, s * 0.6, 2.85)
    return parts + moved(bystander(rng), rng.choice((-3, 1, 5.5)), 2.8)


def bystander(rng: Random) -> Solids:
    """Return a traffic cone, a cactus or a person."""
    cone = [lathe(path("0.7,0 0.7,0.15 0.45,0.15 0.1,1.6 0,1.6"), c.ORANGE, 14)]
    cactus = [
        limb((0, 0, 0), (0, 0, 2.8), 0.5, c.GREEN),
        limb((0, 0, 1.2), (1.0, 0, 1.5), 0.32, c.GREEN),
        limb((1, 0, 1.5), (1.0, 0, 2.3), 0.32, c.GREEN),
    ]
    return rng.choice((cone, cactus, person(rng)))


def train(rng: Random) -> Solids:
    """Return an engine and one to three wagons that carry bricks, people or animals."""
    colour = rng.choice((c.RED, c.BLUE, c.GREEN, c.BLACK))
    parts = chassis() + moved(box(4.4, 2.1, 0.5, c.mixed(colour, c.BLACK, 0.2)), z=0.9)
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
        wagon = chassis() + moved(block(4, 2, rng.choice(c.BRIGHT), 0.6), z=0.9) + moved(cargo, z=1.5)
        parts += moved(wagon, k * 4.9)
    return parts


def chassis() -> Solids:
    """Return two small wheels on each side."""
    return group(moved(road_wheel(0.62, 0.4, c.RED), k, s * 1.1, 0.62) for k in (-1.3, 1.3) for s in (-1, 1))


def house(rng: Random) -> Solids:
    """Return a house of big bricks with a window, and a person and an animal in front."""
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
    """Return one to three people, sometimes with a brick or an animal."""
    count = rng.choice((1, 2, 2, 3))
    parts = group(moved(person(rng), k * 2.4, rng.uniform(-0.4, 0.4)) for k in range(count))
    extra = rng.choice(([block(2, 2, rng.choice(c.BRIGHT))], scaled(rng.choice(ANIMALS)(rng), 0.5), []))
    return parts + moved(extra, count * 2.4 + 0.4, 0.6)


def rescuer(rng: Random) -> Solids:
    """Return a tall jointless hero, as in 4 Juniors sets, alone or beside a low vehicle."""
    hero = scaled(person(rng), 1.0, 1.0, 1.25)
    if rng.random() < 0.5:
        return hero
    return hero + moved(scaled(chunky_car(rng), 0.7), 3.6, 1.2)


def zoo(rng: Random) -> Solids:
    """Return animals and a tree on a big plate."""
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
    """Return one or two Fabuland animals, alone, or with a car or a small house."""
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
    """Return a young child's set, sometimes mirrored; an animal often has a brick or a person beside it."""
    parts = YOUNG[subject](rng)
    if subject in ("Elephant", "Giraffe", "Cow", "Duck") and rng.random() < 0.6:
        parts = parts + moved(rng.choice(([block(2, 2, rng.choice(c.BRIGHT))], person(rng))), rng.uniform(-1, 3), -2.4)
    return mirrored(parts) if rng.random() < 0.4 else parts
