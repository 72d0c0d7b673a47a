"""Everything else that is sold: town, castle, space, sea and railway sets with small figures, and gear."""

from collections.abc import Callable
from random import Random

from sample import colours as c
from sample.bricks import brick, road_wheel, round_brick, window
from sample.minifigures import anyone, dressed, figure, posed
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


def person(role: str, rng: Random) -> Solids:
    """Return a small figure of a role."""
    return figure(dressed(role, rng), posed(rng), rng)


def wall(width: int, height: int, colour: Colour) -> Solids:
    """Return a wall of bricks one stud deep, centred on the origin; only its top row has studs."""
    courses = [moved(box(width - 0.03, 0.97, 1.17, colour), z=1.2 * k)[0] for k in range(height - 1)]
    return [*courses, *moved(brick(width, 1, colour), z=1.2 * (height - 1))]


def four_wheels(length: float, half_width: float, radius: float, hub: Colour) -> Solids:
    """Return a small vehicle's wheels."""
    return group(
        moved(road_wheel(radius, 0.7, hub), x, s * half_width, radius)
        for x in (-length / 2, length / 2)
        for s in (-1, 1)
    )


# ---------------------------------------------------------------- town


def car(rng: Random, colour: Colour | None = None, light: Colour | None = None) -> Solids:
    """Return a car four studs wide, with a windscreen, plates and a driver."""
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


def house(rng: Random) -> Solids:
    """Return a house with windows, a door, a sloped roof, a baseplate and somebody before it."""
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
    """Return one floor: four walls with windows in front, a door if asked for."""
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
    """Return a shop: a wide window, an awning in stripes, a sign and customers."""
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
    """Return a police station with a car before it."""
    parts = [
        brick(18, 14, c.DARK_GRAY, 0.2),
        *moved([box(12, 6, 5, c.WHITE), *moved(brick(12, 6, c.BLUE, 0.8), z=5)], 1, 3.5, 0.2),
    ]
    parts += moved(group(moved(window(3, 3, c.BLUE), x) for x in (-3.6, 0, 3.6)), 1, 0.4, 1.4)
    parts += moved([box(5, 4, 4, c.LIGHT_GRAY), *moved(brick(5, 4, c.BLUE, 0.4), z=4)], 4, 3.5, 6)
    parts += moved(cylinder(0.12, 4, c.BLACK, 8), -3, 3.5, 6) + moved(scaled(police_car(rng), 0.8), -3, -4, 0.2)
    return parts


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
    """Return a wheel loader of bricks with a bucket, and a builder."""
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
    """Return a helicopter of bricks and its pilot."""
    colour = rng.choice((c.WHITE, c.RED, c.BLUE, c.YELLOW, c.GREEN))
    parts = (
        moved(ellipsoid(2.6, 1.9, 2.0, c.GLASS, 20), -2, 0, 3.2)
        + moved(brick(6, 4, colour, 1.2), 1, 0, 1.8)
        + moved(brick(5, 4, colour, 2), 1.5, 0, 3.0)
    )
    parts += moved(brick(7, 2, colour, 0.8), 7, 0, 4) + moved(
        prism(path("0,0 1.4,0 2,2.6 1,2.6"), 0.4, colour), 9.4, 0, 4.8
    )
    parts += group(
        moved(
            [
                box(8, 0.4, 0.3, c.BLACK),
                *moved(box(0.3, 0.3, 1.6, c.BLACK), -2, 0, 0.3),
                *moved(box(0.3, 0.3, 1.6, c.BLACK), 2, 0, 0.3),
            ],
            0.5,
            s,
        )
        for s in (-1.8, 1.8)
    )
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


def football(rng: Random) -> Solids:
    """Return two players, a goal and a green field."""
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
    """Return a decorated fir tree with presents and somebody in a pointed hat."""
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
    """Return several figures in a row, as figure packs show them."""
    return group(moved(anyone(rng), 3.0 * k, (k % 2) * 1.0) for k in range(rng.randint(3, 5)))


# ---------------------------------------------------------------- castle


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
    """Return a castle: towers, a wall with a gate, knights before it."""
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


# ---------------------------------------------------------------- space


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
    parts += group(
        moved(
            [
                prism(path("2,0 5,0 5.6,2.6 4.2,2.6"), 0.4, trim),
                *moved(turned(cylinder(0.25, 4, c.DARK_GRAY, 8), "y", -90), 1, 0, 0.2),
            ],
            0,
            s * 8.4,
            2.4,
        )
        for s in (-1, 1)
    )
    return (
        parts
        + moved(cylinder(0.4, 2, c.DARK_GRAY, 8), -4)
        + moved(cylinder(0.4, 2, c.DARK_GRAY, 8), 3)
        + moved(person("Astronaut", rng), -6, -5.4)
    )


def rover(rng: Random) -> Solids:
    """Return a rover with great wheels, a dish and an astronaut."""
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
    """Return a starfighter: a long nose, four engines, wings in a cross, or panels beside a ball."""
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


# ---------------------------------------------------------------- sea and railway


def pirate_ship(rng: Random) -> Solids:
    """Return a sailing ship with masts, striped sails and pirates."""
    hull, sail = rng.choice((c.BROWN, c.BLACK, c.DARK_RED)), rng.choice((c.RED, c.BLACK, c.BLUE))
    side = path("-9,3.4 -6,0 6,0 9,3.8 9,6 5.6,6 5.6,3.8 -4.6,3.8 -5.2,5.2 -9.6,5.2")
    parts = [prism(side, 5, hull), *moved(prism(path("-9.2,3.2 9.1,3.4 9.1,4 -9.4,3.8"), 5.1, c.YELLOW))]
    for x, height in ((-3.2, 12), (3, 14)):
        parts += moved(cylinder(0.3, height - 3, c.BROWN, 10), x, 0, 3.8)
        for k in range(5):
            parts += moved(
                prism(path("-2.8,0 2.8,0 2.7,1.15 -2.7,1.15"), 0.2, c.WHITE if k % 2 else sail),
                x,
                -0.5,
                height - 7 + 1.2 * k,
            )
    parts += [limb((-9, 0, 5), (-13, 0, 7), 0.25, c.BROWN), *moved(box(1.8, 0.1, 1.3, c.BLACK), 4.2, 0, 13.6)]
    parts += group(moved(turned(cylinder(0.4, 1, c.BLACK, 10), "x", 90), x, -2.4, 2.2) for x in (-3.4, 0, 3.4))
    return parts + moved(person("Pirate Captain", rng), 7, 0, 6) + moved(person("Sailor", rng), -6.8, 0, 5.2)


def raft(rng: Random) -> Solids:
    """Return a raft of logs with a sail."""
    logs = group(moved(turned(cylinder(0.6, 8, c.BROWN, 12), "y", 90), -4, -2.4 + 1.2 * k, 0.6) for k in range(5))
    sail = prism(path("-2.6,0 2.6,0 2,4.6 -2,4.6"), 0.15, rng.choice((c.WHITE, c.RED, c.TAN)))
    return (
        logs
        + moved(cylinder(0.25, 7.4, c.BROWN, 10), 1, 0.6, 1.2)
        + moved(sail, 1, 0.2, 3.2)
        + moved(person(rng.choice(("Pirate Captain", "Sailor")), rng), -2, 0, 1.2)
    )


def island(rng: Random) -> Solids:
    """Return an island with a palm, a chest and a pirate."""
    parts = [brick(14, 10, c.AZURE, 0.2), *moved(lathe(path("5,0 4.2,0.8 2.4,1.2"), c.TAN, 14), z=0.2)]
    trunk = [
        limb(
            (1.6 + 0.25 * k * k / 4, 1, 1 + 1.2 * k),
            (1.6 + 0.25 * (k + 1) ** 2 / 4, 1, 2.2 + 1.2 * k),
            0.34,
            c.BROWN,
            0.28,
        )
        for k in range(5)
    ]
    leaves = group(
        moved(turned(turned(moved(ellipsoid(1.6, 0.5, 0.1, c.GREEN, 10), x=1.5), "y", 20), "z", 60 * k), 3.2, 1, 7.3)
        for k in range(6)
    )
    chest = [box(2, 1.3, 1, c.BROWN), *moved(box(2.1, 1.4, 0.3, c.GOLD), z=1)]
    return parts + trunk + leaves + moved(chest, -0.6, -2.2, 1) + moved(person("Pirate Captain", rng), -2.6, -0.8, 1.2)


def boat(rng: Random) -> Solids:
    """Return a motor boat."""
    colour = rng.choice((c.WHITE, c.RED, c.BLUE, c.YELLOW))
    hull = prism(path("-8,2.4 -5,0 6,0 6.4,2.4"), 4.4, colour)
    parts = [hull, *moved(prism(path("-7.6,2 6.3,2 6.4,2.5 -8,2.5"), 4.6, rng.choice((c.RED, c.BLACK, c.YELLOW))))]
    return (
        parts
        + moved([brick(4, 3, c.WHITE, 2), *moved(brick(5, 4, colour, 0.4), z=2)], 1.4, 0, 2.5)
        + moved(box(0.1, 2.6, 1.2, c.GLASS), -0.7, 0, 3)
        + moved(person("Sailor", rng), -3, 0, 2.4)
    )


def rails(length: float) -> Solids:
    """Return a straight piece of track."""
    sleepers = group(moved(box(0.8, 7, 0.3, c.DARK_GRAY), -length / 2 + 1 + 2 * k) for k in range(int(length // 2)))
    return sleepers + group(moved(box(length, 0.3, 0.5, c.LIGHT_GRAY), y=s, z=0.3) for s in (-2, 2))


def bogies(xs: list[float], hub: Colour) -> Solids:
    """Return the wheels of a wagon."""
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
    """Return a goods wagon with a load."""
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


# ---------------------------------------------------------------- gear


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


SCENES: dict[str, dict[str, Callable[[Random], Solids]]] = {
    "town": {
        "House": house,
        "Shop": shop,
        "Car": lambda rng: car(rng) + moved(anyone(rng), rng.uniform(-3, 3), -4.2),
        "Police Car": police_car,
        "Police Station": station,
        "Fire Engine": fire_engine,
        "Digger": digger,
        "Helicopter": helicopter,
        "Racer": racer,
        "Football": football,
        "Winter Tree": winter_tree,
        "Family": crowd,
    },
    "castle": {
        "Fortress": fortress,
        "Tower": tower,
        "Gate": gate,
        "Guards": guards,
        "Catapult": catapult,
        "Temple": temple,
    },
    "space": {"Cruiser": cruiser, "Rover": rover, "Base": base, "Fighter": fighter},
    "sea": {"Pirate Ship": pirate_ship, "Raft": raft, "Island": island, "Boat": boat},
    "rail": {"Steam Engine": steam_engine, "Express": express, "Wagon": wagon},
    "gear": {"Key Chain": key_chain, "Mug": mug, "Brick Box": brick_box},
}


def scene(kind: str, subject: str, rng: Random) -> Solids:
    """Return a scene of one of the kinds of SCENES."""
    parts = SCENES[kind][subject](rng)
    return mirrored(parts) if rng.random() < 0.4 else parts
