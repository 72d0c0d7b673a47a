"""Bionicle-like figures in motion: ball joints, armour, masks, pistons and weapons."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Point,
    Solid,
    Solids,
    aimed,
    arc,
    ball,
    box,
    cylinder,
    disc,
    ellipsoid,
    group,
    joined,
    limb,
    mirrored,
    moved,
    patch,
    path,
    prism,
    rectangle,
    scaled,
    turned,
)

SCHEMES = (
    (c.RED, c.ORANGE, c.RED),
    (c.BLUE, c.MEDIUM_BLUE, c.AZURE),
    (c.GREEN, c.LIME, c.LIME),
    (c.BROWN, c.TAN, c.ORANGE),
    (c.BLACK, c.DARK_GRAY, c.LIME),
    (c.WHITE, c.LIGHT_GRAY, c.AZURE),
    (c.PURPLE, c.LAVENDER, c.RED),
    (c.YELLOW, c.BLACK, c.RED),
    (c.DARK_RED, c.BLACK, c.YELLOW),
    (c.LIME, c.BLACK, c.MAGENTA),
    (c.ORANGE, c.LIGHT_GRAY, c.AZURE),
    (c.DARK_BLUE, c.GOLD, c.AZURE),
)


BONE = (72, 76, 82)


def bone(start: Point, end: Point, radius: float = 0.32, colour: Colour = BONE) -> Solids:
    """Return a limb's skeleton: a rod with a ball joint at its start and a piston beside it."""
    side = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
    joint = moved(ball(radius * 1.5, c.LIGHT_GRAY, 12), *start)
    piston = limb((side[0], side[1] - radius, side[2]), end, radius * 0.45, c.SILVER)
    return [joined([limb(start, end, radius, colour), *joint, piston])]


def armour(start: Point, end: Point, width: float, colour: Colour) -> Solids:
    """Return a faceted shell in front of a limb, with a pointed upper end and a pin hole."""
    length = sum((b - a) ** 2 for a, b in zip(start, end, strict=True)) ** 0.5
    w, top = width, length * 1.05
    outline = [
        (-w * 0.5, 0.1),
        (w * 0.5, 0.1),
        (w, top * 0.62),
        (w * 0.5, top * 0.92),
        (0, top * 1.18),
        (-w * 0.5, top * 0.92),
        (-w, top * 0.62),
    ]
    plate = prism(outline, 0.34, colour)
    ridge = [(-w * 0.22, 0.3), (w * 0.22, 0.3), (w * 0.3, top * 0.7), (0, top), (-w * 0.3, top * 0.7)]
    raised = moved(prism(ridge, 0.26, c.mixed(colour, c.WHITE, 0.15)), y=-0.24)
    hole = disc((0, -0.39, top * 0.55), w * 0.2, (24, 25, 28), 3, 8)
    shell = joined([plate, *raised, hole], plate.box)
    return aimed(moved(shell, y=-0.42), end, start)


def spike(start: Point, end: Point, radius: float, colour: Colour) -> Solid:
    """Return a horn, claw or tooth."""
    return limb(start, end, radius, colour, radius * 0.15)


def foot(place: Point, colour: Colour, size: float = 1.0) -> Solids:
    """Return a broad foot with toes; place: its ankle."""
    x, y, z = place
    sole = prism(path("-0.8,0 0.8,0 0.6,0.62 0.2,0.95 -0.2,0.95 -0.6,0.62"), 1.5, colour, taper=0.85)
    toes = [spike((s * 0.45, -0.6, 0.25), (s * 0.6, -1.45, 0.1), 0.27, BONE) for s in (-1, 0, 1)]
    return moved(scaled(joined([sole, *toes]), size), x, y, max(0.0, z - 0.9 * size))


def claws(place: Point, colour: Colour) -> Solids:
    """Return a hand of three claws."""
    x, y, z = place
    fingers = [spike((x + s * 0.22, y, z), (x + s * 0.5, y - 0.55, z - 0.75), 0.17, colour) for s in (-1, 0, 1)]
    return [joined([*moved(ball(0.38, BONE, 10), x, y, z), *fingers])]


def mask(rng: Random, colour: Colour, eyes: Colour) -> Solids:
    """Return a head with its neck at the origin: a dark skull behind a faceted mask with glowing eyes."""
    skull = moved(ellipsoid(0.75, 0.85, 0.95, BONE, 12), y=0.25, z=0.9)
    width, chin, brow = rng.uniform(0.85, 1.1), rng.uniform(-0.25, 0.1), rng.uniform(1.7, 2.2)
    outline = [
        (-0.35, chin),
        (0.35, chin),
        (width * 0.85, 0.6),
        (width, 1.25),
        (width * 0.55, brow),
        (-width * 0.55, brow),
        (-width, 1.25),
        (-width * 0.85, 0.6),
    ]
    front = prism(outline, 0.7, colour, taper=1.15)
    crest = rng.choice((crest_fin, crest_horns, crest_none))(colour, brow)
    face = joined([front, *mask_marks(colour, eyes)], front.box)
    return [joined(skull), *moved(face, y=-0.75), *crest]


def mask_marks(colour: Colour, eyes: Colour) -> Solids:
    """Return what is printed on a mask: eye slots with glowing eyes, a nose and teeth."""
    y = -0.36
    slots = [
        patch(
            [(s * 0.18, y, 0.98), (s * 0.66, y, 1.08), (s * 0.62, y, 1.38), (s * 0.22, y, 1.18)][::s], (20, 20, 22), 1
        )
        for s in (-1, 1)
    ]
    glow = [disc((s * 0.42, y - 0.01, 1.16), 0.14, eyes, 2, 8) for s in (-1, 1)]
    light = c.mixed(colour, c.WHITE, 0.25)
    nose = [
        patch([(-0.12, y - 0.01, 0.4), (0.12, y - 0.01, 0.4), (0.07, y - 0.01, 1.3), (-0.07, y - 0.01, 1.3)], light, 3)
    ]
    teeth = [rectangle(x - 0.09, 0.12, x + 0.09, 0.3, y, (20, 20, 22), 1) for x in (-0.24, 0, 0.24)]
    return [*slots, *glow, *nose, *teeth]


def crest_fin(colour: Colour, brow: float) -> Solids:
    """Return a fin on the mask."""
    return turned(prism([(-0.9, brow - 0.3), (0.9, 0.9), (1.1, brow + 0.5), (-0.3, brow + 0.8)], 0.22, colour), "z", 90)


def crest_horns(colour: Colour, brow: float) -> Solids:
    """Return two horns on the mask."""
    return [
        spike((s * 0.6, -0.6, brow - 0.3), (s * 1.15, -0.4, brow + 0.9), 0.22, c.mixed(colour, c.BLACK, 0.3))
        for s in (-1, 1)
    ]


def crest_none(colour: Colour, brow: float) -> Solids:
    """Return no crest."""
    return []


def weapon(rng: Random, colour: Colour, glow: Colour) -> Solids:
    """Return a long upright weapon with its grip at the origin."""
    grip = moved(cylinder(0.16, 3.4, BONE, 10), z=-1.2)
    blade = path("-0.3,0 0.3,0 0.75,1.6 0.35,1.9 0.5,3 0,4.2 -0.4,2.6")
    disc_blade = [
        (1.3 * x * (1 if k % 2 else 0.72), 1.3 * z * (1 if k % 2 else 0.72))
        for k, (x, z) in enumerate(arc(0, 360, 14)[:-1])
    ]
    fork = path("-0.9,2.4 -0.55,0.6 0,0.1 0.55,0.6 0.9,2.4 0.4,1.1 0,0.8 -0.4,1.1")
    shape = rng.choice((blade, blade, disc_blade, fork))
    lift = 3.2 if shape is disc_blade else 2.0
    return [*grip, *moved(prism(shape, 0.2, rng.choice((c.SILVER, colour, glow))), z=lift)]


def warrior(rng: Random, scheme: tuple[Colour, Colour, Colour]) -> Solids:
    """Return a tall figure in motion."""
    main, second, glow = scheme
    lean, crouch = rng.uniform(-0.8, 0.8), rng.uniform(0, 1.4)
    pelvis, chest = (0.0, 0.0, 4.2 - crouch), (lean, -0.3, 7.2 - crouch)
    parts = torso(pelvis, chest, main, second)
    for side in (-1, 1):
        parts += leg_to(rng, side, pelvis, main, second) + arm_to(rng, side, chest, main, second, glow)
    if rng.random() < 0.18:
        parts += wings(chest, second)
    tilt = turned(mask(rng, rng.choice((main, second)), glow), "z", rng.uniform(-25, 25))
    return [*parts, *moved(tilt, chest[0] * 1.15, chest[1] - 0.35, chest[2] + 0.95)]


def wings(chest: Point, colour: Colour) -> Solids:
    """Return a pair of wings spread behind the shoulders."""
    x, y, z = chest
    vane = prism(path("0,0 1.6,-1.6 4.6,-0.6 3.2,0.2 5.4,1.4 3,1.5 4.2,3.2 1.2,1.6"), 0.16, colour)
    return moved([vane, *mirrored(vane)], x, y + 0.7, z)


def torso(pelvis: Point, chest: Point, main: Colour, second: Colour) -> Solids:
    """Return hips, spine and breastplate."""
    x, y, z = chest
    hips = moved(
        joined([box(1.9, 0.9, 0.7, BONE), *moved(ball(0.4, c.LIGHT_GRAY, 10), z=0.9)]),
        pelvis[0],
        pelvis[1],
        pelvis[2] - 0.3,
    )
    spine = joined(
        [
            limb(pelvis, chest, 0.5, BONE),
            limb((0.3, -0.45, pelvis[2]), (x + 0.5, y - 0.4, z), 0.16, c.SILVER),
            limb((-0.3, -0.45, pelvis[2]), (x - 0.5, y - 0.4, z), 0.16, c.SILVER),
        ]
    )
    plate = prism(
        path("-0.6,-1.7 0.6,-1.7 1.25,-0.2 1.45,0.8 0.5,1.1 -0.5,1.1 -1.45,0.8 -1.25,-0.2"), 0.7, main, taper=0.8
    )
    crest = moved(prism(path("-0.4,-1.2 0.4,-1.2 0.8,0.4 0,0.75 -0.8,0.4"), 0.3, second), y=-0.42)
    marks = [
        disc((0, -0.58, 0), 0.24, (24, 25, 28), 3, 10),
        *(disc((s * 0.95, -0.36, 0.45), 0.17, (24, 25, 28), 3, 8) for s in (-1, 1)),
    ]
    return [*hips, spine, *moved(joined([plate, *crest, *marks], plate.box), x, y - 0.55, z - 0.1)]


def leg_to(rng: Random, side: int, pelvis: Point, main: Colour, second: Colour) -> Solids:
    """Return one leg: hip, knee and foot."""
    hip = (side * 1.05, 0.0, pelvis[2])
    knee = (side * rng.uniform(1.3, 2.2), rng.uniform(-1.3, -0.5), pelvis[2] * 0.55)
    ankle = (side * rng.uniform(1.4, 2.5), rng.uniform(-0.6, 0.7), 0.9)
    parts = bone(hip, knee) + bone(knee, ankle) + foot((ankle[0], ankle[1] - 0.3, 0.9), rng.choice((main, second)))
    return parts + armour(hip, knee, 0.62, second) + armour(knee, ankle, 0.66, main)


def arm_to(rng: Random, side: int, chest: Point, main: Colour, second: Colour, glow: Colour) -> Solids:
    """Return one arm with a shoulder plate, and a weapon or claws."""
    shoulder = (chest[0] + side * 1.65, chest[1], chest[2] + 0.5)
    elbow = (
        shoulder[0] + side * rng.uniform(0.5, 1.2),
        shoulder[1] - rng.uniform(0.2, 0.9),
        shoulder[2] - rng.uniform(-0.9, 1.9),
    )
    hand = (
        elbow[0] + side * rng.uniform(-0.2, 1.1),
        elbow[1] - rng.uniform(0.6, 1.3),
        elbow[2] + rng.uniform(-1.4, 1.4),
    )
    parts = bone(shoulder, elbow, 0.27) + bone(elbow, hand, 0.25) + armour(elbow, hand, 0.48, main)
    guard = prism(path("-0.75,-0.5 0.75,-0.6 1,0.3 0.3,0.85 -0.7,0.6"), 0.9, second)
    parts += moved(
        [guard] if side > 0 else mirrored(guard), shoulder[0] + side * 0.25, shoulder[1] - 0.2, shoulder[2] + 0.2
    )
    parts += claws(hand, c.SILVER)
    if rng.random() < 0.65:
        parts += moved(
            turned(weapon(rng, main, glow), "y", side * rng.uniform(-10, 60)), hand[0], hand[1] - 0.2, hand[2]
        )
    return parts


def beast(rng: Random, scheme: tuple[Colour, Colour, Colour]) -> Solids:
    """Return a creature on four or six legs with jaws and a tail."""
    main, second, glow = scheme
    parts = [
        joined([limb((-2.2, 0, 3.2), (2.6, 0, 3.6), 0.75, BONE), limb((-2, -0.6, 3), (2, -0.6, 3.4), 0.18, c.SILVER)])
    ]
    for x in (-1.9, 0, 1.9):
        plate = prism(path("-1.1,0 1.1,0 0.8,1 0,1.5 -0.8,1"), 1.7, rng.choice((main, second)), taper=0.8)
        parts += moved(plate, x, 0, 3.5)
    for x in (-2.4, 2.4) if rng.random() < 0.6 else (-2.6, 0.0, 2.6):
        for side in (-1, 1):
            knee = (x * 1.25 + rng.uniform(-0.4, 0.4), side * 2.1, rng.uniform(3.6, 4.8))
            ankle = (x * 1.45, side * 2.7, 0.9)
            parts += (
                bone((x, side * 0.6, 3.3), knee)
                + bone(knee, ankle)
                + armour(knee, ankle, 0.6, main)
                + foot((ankle[0], ankle[1], 0.8), second, 0.7)
            )
    tail = [(3.0, 0.0, 3.8), (4.4, 0.0, 4.8), (5.0, 0.0, 6.2), (4.2, 0.0, 7.4)]
    parts += group(bone(a, b, 0.3) for a, b in zip(tail, tail[1:], strict=False)) + [
        spike((4.2, 0, 7.4), (2.8, 0, 7.8), 0.3, glow)
    ]
    jaws = [spike((-4.6, s * 0.5, 3.0), (-5.9, s * 0.3, 2.6), 0.24, c.WHITE) for s in (-1, 1)]
    head = turned(scaled(mask(rng, main, glow), 1.15), "z", -75)
    return [*parts, *bone((-2.4, 0, 3.4), (-3.4, 0, 3.5)), *moved(head, -3.5, 0, 2.6), *jaws]


def villager(rng: Random, scheme: tuple[Colour, Colour, Colour]) -> Solids:
    """Return a small stocky figure with long arms and large feet."""
    main, second, glow = scheme
    body = moved(joined([box(1.5, 1.1, 1.7, BONE), *moved(box(1.3, 0.3, 1.2, main), y=-0.6, z=0.25)]), z=1.7)
    parts = [*body]
    for side in (-1, 1):
        hand = (side * rng.uniform(1.7, 2.3), -rng.uniform(0.4, 1.2), rng.uniform(1.1, 3.4))
        ankle = (side * 0.95, -0.1, 0.9)
        parts += bone((side * 0.9, 0, 3.1), hand, 0.3, main) + claws(hand, second)
        parts += bone((side * 0.6, 0, 1.9), ankle, 0.3) + foot((ankle[0], ankle[1], 0.9), main, 1.05)
        if side > 0 and rng.random() < 0.8:
            parts += moved(turned(weapon(rng, second, glow), "y", rng.uniform(0, 30)), hand[0], hand[1] - 0.2, hand[2])
    return [
        *parts,
        *moved(
            turned(scaled(mask(rng, rng.choice((main, second)), glow), 1.25), "z", rng.uniform(-20, 20)), 0, -0.3, 3.2
        ),
    ]


CREATURES = {"Warrior": warrior, "Beast": beast, "Protector": warrior, "Villager": villager, "Guardian": warrior}


def creature(subject: str, rng: Random) -> Solids:
    """Return a jointed creature, sometimes mirrored."""
    parts = CREATURES[subject](rng, rng.choice(SCHEMES))
    return mirrored(parts) if rng.random() < 0.5 else parts
