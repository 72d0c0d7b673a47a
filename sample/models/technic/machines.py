"""Technic machines: cars, cranes, aircraft, robots and mechanisms."""

from collections.abc import Callable
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    arc,
    box,
    cylinder,
    disc,
    group,
    joined,
    lathe,
    mirrored,
    moved,
    path,
    prism,
    rectangle,
    turned,
)
from sample.models.bricks import both_sides, brick
from sample.models.technic.parts import (
    across,
    axle,
    beam,
    engine,
    frame_of,
    gear,
    panel,
    rod,
    spring,
    strut,
    wheel,
    wheels,
)


def race_car(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a low car with a nose, side panels and a rear wing."""
    r = rng.uniform(1.3, 1.7)
    parts = frame_of(13, 1.5, r, c.BLACK if rng.random() < 0.6 else c.LIGHT_GRAY, studded)
    parts += wheels([-5, 4.2], 3.1, r, 1.5, rng.choice((c.LIGHT_GRAY, c.YELLOW, colour)))
    nose = [(-8, r - 0.2), (-3, r - 0.4), (-2, r + 1.6), (-3.2, r + 1.5), (-8, r + 0.4)]
    parts += [panel(nose, s * 0.7, colour, 0.5) for s in (-1, 1)]
    parts += [
        panel([(-1.5, r), (3, r), (2.6, r + 1.2), (0, r + 1.7), (-1.2, r + 0.8)], s * 2.1, colour) for s in (-1, 1)
    ]
    parts += engine(2.8, r + 0.7, rng)
    wing = group(strut((6, s * 1.6, r), (6.4, s * 1.6, r + 2.6), c.BLACK) for s in (-1, 1))
    return parts + wing + moved(box(1.6, 4.6, 0.3, colour), 6.5, 0, r + 2.9)


def truck(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a truck with a cab, and a loading bed or a crane arm."""
    r = rng.uniform(1.3, 1.6)
    parts = frame_of(17, 1.8, r + 0.6, c.DARK_GRAY, studded)
    parts += wheels(
        [-6, 3.2, 6.6] if rng.random() < 0.6 else [-5.5, 5], 2.9, r, 1.4, rng.choice((c.WHITE, c.YELLOW, c.LIGHT_GRAY))
    )
    z = r + 1.1
    side = [(-8.5, z), (-4, z), (-4, z + 4), (-7.4, z + 4), (-8.5, z + 2)]
    window = [(-8, z + 2), (-4.6, z + 2), (-4.6, z + 3.6), (-7.3, z + 3.6)]
    for s in (-1, 1):
        parts.append(
            joined([*moved(prism(side, 0.3, colour), y=s * 2.2), *moved(prism(window, 0.34, (70, 90, 110)), y=s * 2.2)])
        )
    parts += moved(box(0.4, 4.1, 1.9, colour), -8.4, 0, z) + moved(box(4, 4.5, 0.4, colour), -5.8, 0, z + 4)
    parts += group(
        strut((-3.4, -1.8 + 3.6 * k, z + 0.6), (8, -1.8 + 3.6 * k, z + 0.6), colour, studded) for k in range(2)
    )
    return parts + (arm_of(rng, -1.5, z + 1, colour) if rng.random() < 0.5 else bed_of(z, colour, studded))


def bed_of(z: float, colour: Colour, studded: bool) -> Solids:
    """Return a truck's loading bed, with a rail of beams around it."""
    sides = group(strut((-3, -2.3 + 4.6 * k, z + 2), (8, -2.3 + 4.6 * k, z + 2), colour, studded) for k in range(2))
    floor = moved(box(11, 3.6, 0.3, c.DARK_GRAY), 2.5, 0, z + 1.1)
    return sides + floor + across(-3.2, z + 2, 5, colour) + across(8.2, z + 2, 5, colour)


def arm_of(rng: Random, x: float, z: float, colour: Colour) -> Solids:
    """Return a jointed arm of beams with a hook."""
    lift, reach = rng.uniform(3.5, 6), rng.uniform(5, 8)
    parts = moved(cylinder(1.2, 0.8, c.DARK_GRAY), x, 0, z)
    parts += group(strut((x, s, z + 1), (x + reach, s, z + 1 + lift), colour) for s in (-0.5, 0.5))
    parts += strut((x + reach, 0, z + 1 + lift), (x + reach + 2.5, 0, z + lift - 1), c.LIGHT_GRAY)
    parts.append(rod((x + 0.5, 0, z + 0.8), (x + reach * 0.6, 0, z + 0.5 + lift * 0.55), 0.3, c.LIGHT_GRAY))
    hook = (x + reach + 2.5, 0.0, z + lift - 1)
    return [
        *parts,
        rod(hook, (hook[0], 0, hook[2] - 2), 0.06, c.BLACK),
        *moved(gear(8, c.RED), hook[0], 0, hook[2] - 2),
    ]


def crane(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a tower crane: a lattice mast, a jib, a counterweight and a hook."""
    height, reach = rng.randint(9, 13), rng.randint(9, 13)
    parts = moved(brick(7, 5, c.DARK_GRAY, 0.6), z=0) if studded else frame_of(8, 2, 0.5, c.DARK_GRAY, False)
    for s in (-1.4, 1.4):
        for x in (-1.5, 1.5):
            parts += strut((x, s, 0.8), (x, s, height), colour, studded)
        for z in range(1, height - 2, 3):
            parts += strut((-1.5, s, z), (1.5, s, z + 3), c.LIGHT_GRAY)
        parts += strut((-5, s, height + 0.6), (reach, s, height + 0.6), colour, studded)
        parts += strut((0, s, height + 4), (reach - 3, s, height + 1), c.BLACK)
    parts += moved(box(2, 2.2, 2, c.DARK_GRAY), -4.5, 0, height - 1.6) + moved(
        gear(24, c.LIGHT_GRAY), 0, -2, height + 0.6
    )
    drop = rng.uniform(3, 6)
    return [
        *parts,
        rod((reach - 1, 0, height), (reach - 1, 0, height - drop), 0.06, c.BLACK),
        *moved(box(0.8, 0.5, 0.9, c.RED), reach - 1, 0, height - drop - 0.9),
    ]


def motorcycle(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a motorcycle, its side to the viewer."""
    r = rng.uniform(2.2, 2.7)
    hub = rng.choice((c.LIGHT_GRAY, c.YELLOW, c.BLACK))
    parts = moved(wheel(r, 1.1, hub), -5, 0, r) + moved(wheel(r, 1.4, hub), 5, 0, r)
    for s in (-0.9, 0.9):
        parts += strut((-5, s, r), (-2.8, s, r + 4.6), c.LIGHT_GRAY) + strut(
            (0, s, r - 0.4), (5, s, r), c.DARK_GRAY, studded
        )
        parts += strut((-2.6, s, r + 3), (0, s, r - 0.4), colour) + [spring((2, s, r + 3), (4.4, s, r + 0.6), c.YELLOW)]
    tank = [
        (-2.6, r + 2.2),
        (1, r + 2),
        (4.5, r + 3.2),
        (7, r + 4.4),
        (3.2, r + 4),
        (0.6, r + 3.6),
        (-1.4, r + 4.4),
        (-2.8, r + 3.6),
    ]
    parts += [panel(tank, s * 0.55, colour, 0.5) for s in (-1, 1)] + engine(-0.4, r - 0.4, rng)
    parts += moved(rod((0, -1.8, 0), (0, 1.8, 0), 0.16, c.BLACK), -2.8, 0, r + 4.7)
    return [
        *parts,
        *moved(gear(24, c.LIGHT_GRAY), 5, -1, r),
        rod((1, -1.1, r - 0.7), (7, -1.1, r + 0.6), 0.3, c.CHROME),
    ]


def helicopter(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a helicopter with a cabin of panels and a lattice tail."""
    side = path("-6,2 -1,1.4 1.5,2 1.5,5 -2,5.4 -4.6,4.6")
    parts = [panel(side, s * 1.7, colour) for s in (-1, 1)] + moved(
        box(4.6, 3, 2.6, c.mixed(colour, c.BLACK, 0.5)), -1, 0, 2
    )
    parts += moved(prism(path("-5.8,2.4 -3.4,2.2 -3,4.6 -4.5,4.4"), 3, (90, 120, 140)), y=0)
    for s in (-1.2, 1.2):
        parts += strut((1, s, 4.6), (11, s * 0.6, 4.6), colour, studded) + strut((1, s, 2.6), (9, s, 4), c.BLACK)
        parts += strut((-5, s * 1.6, 0.4), (3, s * 1.6, 0.4), c.DARK_GRAY) + strut(
            (-1, s * 1.5, 0.6), (-1, s * 1.5, 2.4), c.LIGHT_GRAY
        )
    parts += (
        moved(axle(1.5), 11, -0.9, 5.4)
        + moved(gear(16, c.RED, 0.3), 11, -1.5, 5.4)
        + moved(panel(path("10,4.6 12,4.6 12.6,7.4 11.6,7.4"), 0, colour))
    )
    blades = group(
        turned(moved(box(8.5, 0.8, 0.14, c.DARK_GRAY), x=4.4), "z", 30 + 360 * k / 3)
        for k in range(rng.choice((2, 3, 4)))
    )
    return [*parts, *moved(cylinder(0.35, 1.6, c.LIGHT_GRAY), -0.5, 0, 5.2), *moved(blades, -0.5, 0, 6.8)]


def plane(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return an aeroplane with a propeller."""
    side = path("-5,1.6 4,1.8 8,3 8,3.6 2,4 -1,4.8 -2.4,3.8 -5,3.4")
    parts = [panel(side, s * 1.0, colour, 0.4) for s in (-1, 1)] + frame_of(11, 1.3, 2.2, c.DARK_GRAY, studded)
    wing = turned(prism(path("-1.6,-8.5 1.4,-8.5 1.8,8.5 -1.6,8.5"), 0.3, rng.choice((colour, c.WHITE))), "x", 90)
    parts += (
        moved(prism(side, 1.8, c.mixed(colour, c.BLACK, 0.45)), z=-0.1)
        + moved(wing, -1, 0, rng.choice((1.5, 4.9)))
        + moved(box(1.6, 5.6, 0.25, colour), 7.2, 0, 3.6)
    )
    parts += [panel(path("6.2,3.6 8.4,3.6 9,6 8,6"), 0, rng.choice((c.WHITE, colour)))]
    blade = turned(box(6, 0.5, 0.15, c.BLACK), "x", 90)
    parts += moved(turned(blade, "z", 90), -6, 0, 2.6) + moved(
        turned(lathe(path("0.7,0 0.4,0.8 0,1"), c.LIGHT_GRAY, 12), "y", -90), -5.6, 0, 2.6
    )
    return parts + wheels([-2.5], 1.9, 0.9, 0.6, c.LIGHT_GRAY)


def gearbox(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a mechanism: a frame of beams with a row of gears, and a motor or a crank."""
    width, height = rng.randint(9, 13), rng.randint(4, 7)
    parts = []
    for s in (-1.6, 1.6):
        parts += strut((0, s, 0.6), (width, s, 0.6), colour, studded) + strut(
            (0, s, height), (width, s, height), colour, studded
        )
        parts += group(strut((x, s * 0.4, 0.6), (x, s * 0.4, height), c.LIGHT_GRAY) for x in (0, width // 2, width))
    x = 1.0
    while x < width - 1:
        teeth = rng.choice((8, 16, 24, 40))
        x += teeth / 16
        z = rng.uniform(1.5, height - 0.5)
        parts += moved(gear(teeth, rng.choice((c.LIGHT_GRAY, c.DARK_GRAY, c.TAN, c.RED))), x, -2.5, z) + moved(
            axle(5), x, -0.4, z
        )
        x += teeth / 16
    parts += across(0, 0.6, 2, c.BLACK) + across(width, height, 2, c.BLACK)
    motor = moved(box(3, 2.4, 2.4, rng.choice((c.LIGHT_GRAY, c.DARK_GRAY, c.ORANGE))), width * 0.6, 0, height + 0.6)
    return parts + (
        motor
        if rng.random() < 0.6
        else strut((width / 2, -2.9, height / 2), (width / 2 + 2, -2.9, height / 2 + 2), c.YELLOW)
    )


def tractor(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a tractor with large rear wheels."""
    parts = (
        frame_of(9, 1.2, 2.4, c.DARK_GRAY, studded)
        + wheels([-3.6], 2.3, 1.5, 1.1, c.YELLOW)
        + wheels([3], 2.8, 2.7, 1.6, c.YELLOW)
    )
    bonnet = path("-5,2.4 0,2.4 0,4.6 -4.4,4.2")
    parts += (
        [panel(bonnet, s * 1.1, colour) for s in (-1, 1)]
        + moved(box(4.6, 1.9, 0.3, colour), -2.2, 0, 4.5)
        + engine(-2.5, 3, rng)
    )
    for s in (-1.6, 1.6):
        parts += strut((0.5, s, 3), (1, s, 7.5), c.BLACK) + strut((4.2, s, 4), (4.2, s, 7.5), c.BLACK)
    parts += moved(box(5, 3.8, 0.4, colour), 2.5, 0, 7.8) + moved(box(1.6, 2, 1.6, c.BLACK), 3, 0, 3)
    return [*parts, rod((-4, -0.6, 4.4), (-4, -0.6, 6.6), 0.25, c.CHROME)]


def buggy(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return an off-road buggy with a roll cage and springs."""
    r = rng.uniform(1.8, 2.3)
    parts = frame_of(11, 1.4, r + 0.6, rng.choice((c.BLACK, colour)), studded) + wheels(
        [-4.4, 4.4], 3.4, r, 1.7, rng.choice((c.YELLOW, c.LIGHT_GRAY, colour))
    )
    for s in (-1.5, 1.5):
        parts += strut((-3, s, r + 1), (-0.6, s, r + 4.4), colour) + strut((-0.6, s, r + 4.4), (3, s, r + 4.2), colour)
        parts += strut((3, s, r + 4.2), (5, s, r + 1), colour) + [
            spring((-4, s * 1.4, r + 0.4), (-3, s, r + 3), c.YELLOW),
            spring((4.2, s * 1.4, r + 0.4), (3.4, s, r + 3.4), c.RED),
        ]
    parts += [
        panel([(-6.5, r + 0.6), (-2, r + 0.8), (-1.8, r + 2.4), (-5.5, r + 1.6)], s * 0.8, colour, 0.5) for s in (-1, 1)
    ]
    return (
        parts
        + moved([box(1.8, 2, 0.5, c.BLACK), *moved(box(0.5, 2, 2.2, c.BLACK), x=0.9)], 0.6, 0, r + 1.1)
        + engine(3.4, r + 1.2, rng)
    )


def robot(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a robot: a programmable brick on wheels with sensors, and with beams or arms at its sides."""
    shell = rng.choice((c.WHITE, c.LIGHT_GRAY, c.YELLOW))
    core = box(4.4, 3, 5.6, shell)
    screen = rectangle(-1.5, 3.2, 1.5, 5, -1.52, (150, 170, 150))
    keys = [
        disc((x, -1.52, z), 0.34, rng.choice((c.ORANGE, c.DARK_GRAY)), 1)
        for x, z in path("0,1.8 -0.9,1.8 0.9,1.8 0,0.9")
    ]
    parts = moved(turned(joined([core, screen, *keys], core.box), "x", -24), y=0.4, z=2.4)
    parts += turned(wheels([0], 3.1, 1.8, 1.1, rng.choice((c.WHITE, c.RED))), "z", 90) + turned(
        frame_of(7, 1.6, 1.8, c.DARK_GRAY, False), "z", 90
    )
    eyes = group(turned(lathe(path("0.75,0 0.75,0.8 0.5,0.8 0.5,0.6"), c.RED, 14), "x", 90) for s in (-0.9, 0.9))
    parts += [
        *moved(eyes[:1], -0.9, -3.6, 3.2),
        *moved(eyes[1:], 0.9, -3.6, 3.2),
        *moved(box(3.8, 1.4, 1.6, c.DARK_GRAY), y=-2.9, z=2.4),
    ]
    if rng.random() < 0.5:
        return robot_arms(parts, rng, colour)
    for s in (-1, 1):
        side = [beam(7, rng.choice((c.LIGHT_GRAY, c.BLACK, colour)))]
        parts += moved(turned(side, "z", 90), s * 2.6, -3, 1.6) + moved(gear(24, c.LIGHT_GRAY), s * 2.6, -3.6, 3.4)
    return parts


def robot_arms(parts: Solids, rng: Random, colour: Colour) -> Solids:
    """Return the parts of a robot with two bent arms and an antenna added."""
    for s in (-1, 1):
        lift = rng.uniform(-1, 3)
        upper = moved(strut((s * 2.8, 0, 6), (s * 5.4, 0, 5 + lift / 2), colour), y=-0.6)
        lower = moved(strut((s * 5.4, 0, 5 + lift / 2), (s * 6.4, 0, 3 + 2 * lift), c.LIGHT_GRAY), y=-1.6)
        parts += (
            upper
            + lower
            + moved(gear(16, c.RED), s * 2.8, -1.4, 6)
            + moved(gear(8, c.BLACK), s * 5.4, -2.4, 5 + lift / 2)
        )
    return [*parts, rod((0, 1, 7), (0.6, 1, 10), 0.16, c.BLACK), *moved(gear(8, c.YELLOW), 0.6, 1, 10)]


def digger(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return an excavator on tracks."""
    parts = []
    for s in (-2, 2):
        belt = [(-4 + 1.1 * x, 1.1 + 1.1 * z) for x, z in arc(90, 270, 8)] + [
            (4 + 1.1 * x, 1.1 + 1.1 * z) for x, z in arc(-90, 90, 8)
        ]
        track = prism(belt, 1.3, (46, 48, 52))
        marks = [disc((x, -0.66, 1.1), 0.75, c.LIGHT_GRAY, 1, 14) for x in (-4, -1.3, 1.3, 4)]
        parts.append(moved(joined([track, *both_sides(moved(marks, z=0))], track.box), y=s)[0])
    parts += moved(cylinder(1.6, 0.8, c.DARK_GRAY), z=2.2) + frame_of(9, 1.5, 3.4, c.BLACK, studded)
    cab = path("-3.5,3.9 -0.4,3.9 -0.4,7.4 -2.8,7.4 -3.5,5.6")
    parts += [panel(cab, -1.9, colour), panel(cab, -0.4, colour)] + moved(box(4, 3.6, 2.4, colour), 2.6, 0, 3.9)
    lift = rng.uniform(3, 5)
    parts += moved(strut((-3, 0, 4.4), (-7.5, 0, 4.4 + lift), colour), y=1.2) + moved(
        strut((-7.5, 0, 4.4 + lift), (-10.5, 0, 3 + lift * 0.4), colour), y=1.2
    )
    x, z = -10.5, 3 + lift * 0.4
    bucket = prism([(x - 1.4, z - 2), (x + 0.4, z - 2.2), (x + 1.2, z - 0.8), (x, z + 0.3)], 2.4, c.DARK_GRAY)
    return [*parts, *moved(bucket, y=1.2), rod((-3.5, 1.2, 5.6), (-6.5, 1.2, 5 + lift), 0.28, c.LIGHT_GRAY)]


def dragster(rng: Random, colour: Colour, studded: bool) -> Solids:
    """Return a long dragster with an open engine."""
    parts = (
        frame_of(19, 1.0, 1.8, colour, studded)
        + wheels([-9], 1.6, 1.1, 0.7, c.LIGHT_GRAY)
        + wheels([7], 2.6, 2.4, 2.0, c.LIGHT_GRAY)
    )
    parts += (
        engine(2.5, 2.4, rng)
        + engine(0, 2.4, rng)
        + [panel(path("-10.5,1.6 -4,1.6 -3,3 -9,2.3"), s * 0.6, colour, 0.5) for s in (-1, 1)]
    )
    for s in (-1, 1):
        parts += [rod((k, s, 3), (k + 1.4, s * 2, 4.4), 0.22, c.CHROME) for k in (0, 1.2, 2.4)] + strut(
            (8, s * 1.2, 2.4), (9, s * 1.2, 5.6), c.BLACK
        )
    return parts + moved(box(2, 4.6, 0.3, colour), 9.2, 0, 5.8)


MACHINES: dict[str, Callable[[Random, Colour, bool], Solids]] = {
    "Race Car": race_car,
    "Truck": truck,
    "Crane": crane,
    "Motorcycle": motorcycle,
    "Helicopter": helicopter,
    "Plane": plane,
    "Gearbox": gearbox,
    "Tractor": tractor,
    "Buggy": buggy,
    "Robot": robot,
    "Digger": digger,
    "Dragster": dragster,
}


def machine(subject: str, rng: Random) -> Solids:
    """Return a machine, sometimes mirrored; about a third are built from the older beams with studs."""
    parts = MACHINES[subject](rng, rng.choice(c.MACHINE), rng.random() < 0.35)
    return mirrored(parts) if rng.random() < 0.4 else parts
