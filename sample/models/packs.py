"""Packs of parts: one or several kinds of part, in a grid, strewn about, or as a small build."""

from collections.abc import Callable
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Colour, Solid, Solids, extent, group, moved, turned
from sample.models.bricks import brick, road_wheel, round_brick, slope, window
from sample.models.technic.parts import axle, beam, gear
from sample.models.young.blocks import block

PARTS: dict[str, Callable[[Colour], Solid]] = {
    "1 x 1 Bricks": lambda colour: brick(1, 1, colour),
    "1 x 2 Bricks": lambda colour: brick(2, 1, colour),
    "2 x 2 Bricks": lambda colour: brick(2, 2, colour),
    "2 x 3 Bricks": lambda colour: brick(3, 2, colour),
    "2 x 4 Bricks": lambda colour: brick(4, 2, colour),
    "1 x 4 Bricks": lambda colour: brick(4, 1, colour),
    "2 x 4 Plates": lambda colour: brick(4, 2, colour, 0.4),
    "1 x 2 Plates": lambda colour: brick(2, 1, colour, 0.4),
    "4 x 4 Plates": lambda colour: brick(4, 4, colour, 0.4),
    "2 x 6 Plates": lambda colour: brick(6, 2, colour, 0.4),
    "Roof Tiles 2 x 2": lambda colour: slope(2, 2, colour),
    "Roof Tiles 2 x 4": lambda colour: slope(4, 2, colour),
    "Round Bricks 1 x 1": round_brick,
}


def single(make: Callable[[Colour], Solid], colour: Colour, rng: Random) -> Solids:
    """Return one part."""
    return [make(colour)]


def row(make: Callable[[Colour], Solid], colour: Colour, rng: Random) -> Solids:
    """Return a grid of equal parts."""
    columns, rows, gap = rng.randint(2, 3), rng.randint(2, 4), rng.uniform(0.3, 1.0)
    wide, deep, _ = extent(make(colour))
    return group(moved(make(colour), i * (wide + gap), j * (deep + gap)) for i in range(columns) for j in range(rows))


def heap(make: Callable[[Colour], Solid], colour: Colour, rng: Random) -> Solids:
    """Return equal parts strewn about, some on top of others."""
    wide, deep, high = extent(make(colour))
    # Parts lie at any angle, so their diagonal keeps them apart.
    step = (wide * wide + deep * deep) ** 0.5
    places = [(i, j) for i in range(3) for j in range(3)]
    parts: Solids = []
    for i, j in rng.sample(places, rng.randint(5, 8)):
        pile = turned(
            [make(colour), *(moved(make(colour), z=high) if rng.random() < 0.3 else [])], "z", rng.uniform(0, 180)
        )
        parts += moved(pile, i * step * 0.98, j * step * 0.98)
    return parts


def mixed(rng: Random) -> Solids:
    """Return parts of several kinds and colours in rows; a few of these packs hold big bricks instead."""
    palette = rng.sample(c.BRICKS, rng.randint(2, 6))
    kinds = rng.sample(sorted(PARTS), rng.randint(3, 6))
    big = rng.random() < 0.12
    parts: Solids = []
    y = 0.0
    for _ in range(rng.randint(2, 4)):
        x, depth = 0.0, 0.0
        for _ in range(rng.randint(2, 4)):
            part = block(2, 2, rng.choice(palette)) if big else PARTS[rng.choice(kinds)](rng.choice(palette))
            wide, deep, _ = extent(part)
            parts += moved(part, x + wide / 2, y + deep / 2)
            x, depth = x + wide + 0.5, max(depth, deep)
        y += depth + 0.5
    return parts


def windows(rng: Random) -> Solids:
    """Return windows of several sizes in a row."""
    colour = rng.choice((c.WHITE, c.RED, c.BLUE, c.YELLOW, c.BLACK, c.BROWN))
    sizes = [(rng.choice((2, 4)), rng.choice((2.4, 3.6))) for _ in range(rng.randint(2, 5))]
    parts, x = [], 0.0
    for wide, high in sizes:
        parts += moved(window(wide, high, colour), x + wide / 2)
        x += wide + 0.7
    return parts


def tyres(rng: Random) -> Solids:
    """Return wheels, some standing, some lying."""
    hub, radius = rng.choice((c.WHITE, c.RED, c.YELLOW, c.LIGHT_GRAY)), rng.uniform(0.8, 1.4)
    parts: Solids = []
    for k in range(rng.randint(4, 9)):
        tyre = road_wheel(radius, radius * 0.7, hub)
        laid = moved(tyre, z=radius) if k % 3 else moved(turned(tyre, "x", -90), z=radius * 0.35)
        parts += moved(laid, (k % 3) * radius * 2.6, (k // 3) * radius * 2.2)
    return parts


def creation(rng: Random) -> Solids:
    """Return a small build, a wall with or without a roof, with loose bricks in front."""
    palette = rng.sample(c.BRICKS, 3)
    parts: Solids = []
    for level in range(rng.randint(3, 6)):
        shift = level % 2
        parts += group(moved(brick(4, 2, palette[level % 3]), k * 4 - shift, 3, level * 1.2) for k in range(2))
    if rng.random() < 0.6:
        parts += group(moved(slope(2, 2, rng.choice(palette)), k * 2 - 1, 3, (level + 1) * 1.2) for k in range(4))
    loose = [rng.choice(sorted(PARTS)) for _ in range(rng.randint(2, 4))]
    return parts + group(moved(PARTS[name](rng.choice(palette)), k * 4 - 3, -1.8) for k, name in enumerate(loose))


def baseplate(rng: Random) -> Solids:
    """Return a baseplate with a few parts on it."""
    side = rng.choice((10, 12))
    plate = brick(side, side, rng.choice((c.GREEN, c.LIGHT_GRAY, c.BLUE, c.TAN)), 0.2)
    loose = group(
        moved(brick(4, 2, rng.choice(c.BRICKS)), -3 + 3 * k, rng.randint(-3, 3), 0.2) for k in range(rng.randint(0, 3))
    )
    return [plate, *loose]


def technic_beams(rng: Random) -> Solids:
    """Return beams of several lengths, side by side."""
    colour, studded = rng.choice((c.YELLOW, c.RED, c.BLACK, c.LIGHT_GRAY, c.BLUE)), rng.random() < 0.4
    lengths = sorted(rng.randint(3, 12) for _ in range(rng.randint(3, 7)))
    return group(moved(beam(n, colour, studded), n / 2, k * 1.7) for k, n in enumerate(lengths))


def technic_gears(rng: Random) -> Solids:
    """Return gears lying in rows."""
    wheels = [
        gear(rng.choice((8, 16, 24, 40)), rng.choice((c.LIGHT_GRAY, c.DARK_GRAY, c.TAN)))
        for _ in range(rng.randint(3, 6))
    ]
    return group(moved(turned(one, "x", -90), (k % 3) * 5.6, (k // 3) * 5.6) for k, one in enumerate(wheels))


def axles(rng: Random) -> Solids:
    """Return axles of growing length, and three small gears."""
    lengths = sorted(rng.choice((2, 3, 4, 6, 8, 10)) for _ in range(rng.randint(4, 7)))
    colour = rng.choice((c.BLACK, c.BLACK, c.LIGHT_GRAY, c.RED))
    bars = group(moved(turned(axle(n, colour), "z", 90), n / 2, k * 1.1) for k, n in enumerate(lengths))
    return bars + group(moved(turned(gear(8, c.LIGHT_GRAY), "x", -90), k * 1.6, -1.6) for k in range(3))


BUILDS: dict[str, Callable[[Random], Solids]] = {
    "Mixed Bricks": mixed,
    "Windows": windows,
    "Wheels": tyres,
    "Creations": creation,
    "Baseplate": baseplate,
    "Technic Beams": technic_beams,
    "Technic Gears": technic_gears,
    "Axles": axles,
}


def pack(subject: str, rng: Random) -> Solids:
    """Return a pack of parts. Packs of one kind of part show a single part, a grid, or a heap."""
    if subject in BUILDS:
        return BUILDS[subject](rng)
    colour = rng.choice(c.BRICKS)
    return rng.choice((single, single, row, heap))(PARTS[subject], colour, rng)
