"""Hair, hats and helmets of minifigures, in the head's coordinates: its lower edge at z = 0, its top at 1.06.

Each function takes the main colour and the trim. It returns two groups: what is joined to the head, and what hangs
behind it.
"""

from collections.abc import Callable

import numpy as np

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solid,
    Solids,
    aimed,
    arc,
    ellipsoid,
    group,
    lathe,
    limb,
    listed,
    moved,
    over,
    path,
    prism,
    solid,
    turned,
)

Worn = tuple[Solids, Solids]


def shell(profile: list[tuple[float, float]], start: float, end: float, colour: Colour, steps: int = 14) -> Solid:
    """Return the outer faces of a lathed profile between two angles in degrees; 270 is the front."""
    directions = arc(start, end, steps)
    vertices = [(r * x, r * y, z) for r, z in profile for x, y in directions]
    row = steps + 1
    faces = [
        (i * row + k, i * row + k + 1, (i + 1) * row + k + 1, (i + 1) * row + k)
        for i in range(len(profile) - 1)
        for k in range(steps)
    ]
    return solid(np.array(vertices), listed(faces), colour)


def dome(low: float, radius: float, top: float, colour: Colour) -> Solid:
    """Return a dome from a height up to the top."""
    profile = [(radius * x, low + (top - low) * z) for x, z in arc(0, 90, 5)]
    return lathe([*profile[:-1], (0, top)], colour, 20)


def none(colour: Colour, trim: Colour) -> Worn:
    """Return nothing: a bare head."""
    return [], []


def short_hair(colour: Colour, trim: Colour) -> Worn:
    """Return short hair with a parting."""
    back = shell(path("0.66,0.3 0.71,0.45 0.7,0.9"), -25, 205, colour)
    fringe = shell([(0.66, 0.78), (0.72, 0.98)], 205, 335, colour)
    quiff = moved(ellipsoid(0.36, 0.24, 0.2, c.mixed(colour, c.WHITE, 0.08), 10), -0.2, -0.42, 1.1)
    return [back, fringe, dome(0.88, 0.72, 1.34, colour), *quiff], []


def long_hair(colour: Colour, trim: Colour) -> Worn:
    """Return shoulder-length hair."""
    sides = shell(path("0.7,0 0.76,0.3 0.72,0.95"), -50, 230, colour)
    fringe = shell([(0.66, 0.82), (0.73, 1.0)], 230, 310, colour)
    back = moved(prism(path("-0.62,-0.75 0.62,-0.75 0.72,0.4 -0.72,0.4"), 0.22, colour), y=0.62)
    locks = [limb((s * 0.66, -0.1, 0.5), (s * 0.6, -0.22, -0.45), 0.18, colour, 0.1) for s in (-1, 1)]
    return [sides, fringe, dome(0.93, 0.74, 1.36, colour)], [*back, *locks]


def bun(colour: Colour, trim: Colour) -> Worn:
    """Return hair in a bun."""
    worn, _ = short_hair(colour, trim)
    return [*worn, *moved(ellipsoid(0.3, 0.3, 0.28, colour, 12), 0, 0.15, 1.52)], []


def spiky(colour: Colour, trim: Colour) -> Worn:
    """Return hair that stands on end."""
    worn, _ = short_hair(colour, trim)
    spikes = []
    for x, y in path("-0.4,-0.3 0,-0.45 0.4,-0.3 -0.45,0.15 0.45,0.15 0,0.1 0,0.45"):
        spikes += aimed(lathe([(0.2, 0), (0.0, 0.55)], colour, 7), (x, y, 1.05), (x * 1.7, y * 1.7, 1.75))
    return [*worn, *spikes], []


def afro(colour: Colour, trim: Colour) -> Worn:
    """Return a cloud of curls."""
    sides = shell(path("0.65,0.2 0.74,0.4 0.76,0.95"), -28, 208, colour)
    places = [(0.72 * x, 0.72 * y, 1.12) for x, y in arc(180, 360, 4)] + [
        (0.3 * x, 0.3 * y, 1.5) for x, y in arc(0, 288, 4)
    ]
    curls = group(moved(ellipsoid(0.36, 0.36, 0.3, colour, 10), *place) for place in places)
    return [sides, dome(0.92, 1.02, 1.7, colour), *(over(curl) for curl in curls)], []


def brimmed(crown: list[tuple[float, float]], brim: float, colour: Colour, trim: Colour) -> Worn:
    """Return a hat with a ribbon and a round brim; crown: its profile (radius, z)."""
    ribbon = lathe([(crown[0][0] + 0.03, 0.9), (crown[0][0] + 0.02, 1.06)], trim, 20)
    edge = lathe([(0.5, 0.82), (brim, 0.86), (brim, 0.92), (0.5, 0.94)], colour, 24)
    return [edge, over(ribbon, 2), over(lathe(crown, colour, 20), 1)], []


def top_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a top hat."""
    return brimmed(path("0.6,0.9 0.58,1.3 0.64,1.75 0,1.75"), 0.92, colour, trim)


def sun_hat(colour: Colour, trim: Colour) -> Worn:
    """Return an explorer's or farmer's hat."""
    return brimmed(path("0.64,0.9 0.6,1.2 0.42,1.36 0,1.4"), 1.05, colour, trim)


def cowboy_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a hat whose brim turns up at the sides."""
    worn, _ = brimmed(path("0.62,0.9 0.6,1.3 0.4,1.5 0,1.38"), 0.8, colour, trim)
    sides = []
    for side in (-1, 1):
        flap = [prism(path("0,0 0.42,0.28 0.4,0.36 0,0.1"), 1.3, colour)]
        sides += moved(flap if side > 0 else turned(flap, "z", 180), side * 0.72, 0, 0.84)
    return [*worn, *sides], []


def wizard_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a tall pointed hat."""
    return brimmed(path("0.62,0.9 0.45,1.4 0.25,2 0,2.6"), 1.02, colour, trim)


def chef_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a cook's hat."""
    band = lathe([(0.64, 0.85), (0.64, 1.2)], c.WHITE, 20)
    puff = lathe(path("0.64,1.2 0.86,1.4 0.84,1.65 0.6,1.8 0,1.84"), c.WHITE, 14)
    return [band, over(puff)], []


def cap(colour: Colour, trim: Colour) -> Worn:
    """Return a cap with a visor."""
    visor = [(0.56 * x, 0.56 * y) for x, y in arc(180, 360, 8)]
    flat = turned(prism([(x, y * 1.3) for x, y in visor], 0.07, trim), "x", -90)
    brim = moved([*turned(turned(flat, "x", 180), "z", 180)], 0, -0.42, 0.88)
    return [dome(0.8, 0.69, 1.36, colour), *(over(part) for part in brim)], []


def hard_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a builder's or firefighter's helmet."""
    edge = lathe(path("0.6,0.74 0.86,0.76 0.86,0.83 0.6,0.88"), colour, 22)
    ridge = turned(prism([(0.15 + 0.66 * x, 0.85 + 0.6 * z) for x, z in arc(0, 180, 8)], 0.2, colour), "z", 90)
    badge = prism(path("-0.2,0.92 0.2,0.92 0.22,1.2 0,1.3 -0.22,1.2"), 0.08, trim)
    return [
        edge,
        over(dome(0.8, 0.72, 1.4, colour)),
        *(over(p, 2) for p in ridge),
        *(over(p, 3) for p in moved(badge, y=-0.66)),
    ], []


def helmet(colour: Colour, trim: Colour) -> Worn:
    """Return a racing or space helmet with an open visor."""
    sides = shell(path("0.72,-0.02 0.8,0.2 0.8,0.85"), -60, 240, colour, 16)
    chin = shell(path("0.74,-0.02 0.8,0.06 0.79,0.2"), 240, 300, colour, 6)
    visor = shell(path("0.8,0.84 0.83,0.9 0.8,1.12"), 205, 335, trim, 10)
    return [sides, chin, dome(0.84, 0.8, 1.5, colour), over(visor)], []


def knight_helmet(colour: Colour, trim: Colour) -> Worn:
    """Return a helmet with a grille and a plume."""
    sides = shell([(0.7, 0.05), (0.73, 0.9)], -40, 220, c.SILVER)
    grille = [shell([(0.75, z), (0.76, z + 0.13)], 225, 315, c.DARK_GRAY, 8) for z in (0.1, 0.34, 0.84)]
    plume = moved(ellipsoid(0.14, 0.42, 0.5, trim, 10), 0, 0.35, 1.6)
    return [sides, *grille, dome(0.86, 0.75, 1.4, c.SILVER), *plume], []


def viking_helmet(colour: Colour, trim: Colour) -> Worn:
    """Return a helmet with two horns."""
    horns = []
    for side in (-1, 1):
        horns += [limb((side * 0.62, 0, 1.0), (side * 1.0, 0, 1.2), 0.15, c.WHITE, 0.12)]
        horns += [limb((side * 1.0, 0, 1.2), (side * 1.05, 0, 1.6), 0.12, c.WHITE, 0.03)]
    rim = lathe(path("0.72,0.8 0.74,0.92 0.7,0.95"), c.GOLD, 20)
    return [rim, dome(0.88, 0.7, 1.4, c.DARK_GRAY), *horns], []


def crown(colour: Colour, trim: Colour) -> Worn:
    """Return a golden crown."""
    ring = lathe([(0.64, 0.84), (0.68, 1.05)], c.GOLD, 20)
    points = []
    for x, y in arc(0, 360, 8)[:-1]:
        points += aimed(lathe([(0.17, 0), (0.0, 0.42)], c.GOLD, 6), (x * 0.6, y * 0.6, 1.0), (x * 0.72, y * 0.72, 1.6))
    return [ring, *points, *moved(ellipsoid(0.09, 0.06, 0.09, trim, 8), 0, -0.68, 0.95)], []


def bicorne(colour: Colour, trim: Colour) -> Worn:
    """Return a captain's hat with a skull badge."""
    outline = path("-1.15,0.78 -0.5,0.86 0.5,0.86 1.15,0.78 0.75,1.2 0.3,1.5 -0.3,1.5 -0.75,1.2")
    front = moved(prism(outline, 0.3, colour), y=-0.45)
    back = moved(prism(outline, 0.3, colour), y=0.4)
    badge = moved(ellipsoid(0.17, 0.05, 0.17, c.WHITE, 10), 0, -0.62, 1.15)
    return [*back, over(dome(0.8, 0.66, 1.3, colour)), *(over(p, 2) for p in front), *(over(p, 3) for p in badge)], []


def hood(colour: Colour, trim: Colour) -> Worn:
    """Return a ninja's hood that leaves the eyes free."""
    lower = shell(path("0.67,-0.02 0.71,0.2 0.69,0.46"), 180, 360, colour)
    back = shell(path("0.67,-0.02 0.74,0.3 0.72,0.9"), -20, 200, colour)
    knot = moved(prism(path("-0.3,-0.06 0,0 0.3,-0.06 0.3,0.12 -0.3,0.12"), 0.15, trim), 0, 0.75, 0.8)
    band = shell([(0.71, 0.78), (0.73, 0.92)], 180, 360, trim)
    return [back, lower, dome(0.86, 0.72, 1.34, colour), over(band)], list(knot)


def mask(colour: Colour, trim: Colour) -> Worn:
    """Return a hero's cowl with two ears."""
    cowl = shell([(0.66, 0.45), (0.68, 0.9)], 0, 180, colour)
    brow = shell([(0.66, 0.72), (0.68, 0.9)], 180, 360, colour)
    ears = group(moved(lathe([(0.14, 0), (0, 0.5)], colour, 6), s * 0.42, 0, 1.1) for s in (-1, 1))
    return [cowl, brow, dome(0.86, 0.67, 1.3, colour), *ears], []


def elf_hat(colour: Colour, trim: Colour) -> Worn:
    """Return a pointed woollen hat with a bobble."""
    cone = lathe(path("0.68,0.8 0.6,1.2 0.3,1.7 0.12,1.95"), colour, 16)
    rim = lathe(path("0.68,0.74 0.78,0.84 0.7,0.95"), c.WHITE, 16)
    return [cone, over(rim), *moved(ellipsoid(0.18, 0.18, 0.18, c.WHITE, 10), 0, 0, 2.05)], []


def bathing(colour: Colour, trim: Colour) -> Worn:
    """Return a diver's mask and snorkel."""
    frame = shell(path("0.66,0.46 0.69,0.5 0.69,0.78 0.66,0.82"), 215, 325, trim, 8)
    pane = shell([(0.70, 0.53), (0.70, 0.75)], 225, 315, c.GLASS, 8)
    tube = limb((0.78, -0.1, 0.3), (0.82, 0, 1.5), 0.09, colour)
    return [dome(0.88, 0.68, 1.25, colour), frame, over(pane), tube], []


HEADGEAR: dict[str, Callable[[Colour, Colour], Worn]] = {
    function.__name__: function
    for function in (
        *(none, short_hair, long_hair, bun, spiky, afro, top_hat, sun_hat, cowboy_hat, wizard_hat, chef_hat, cap),
        *(hard_hat, helmet, knight_helmet, viking_helmet, crown, bicorne, hood, mask, elf_hat, bathing),
    )
}
