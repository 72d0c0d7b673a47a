"""Prints on a minifigure's body: suits, uniforms, armour, shirt numbers."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Colour, Solid, Solids, disc, patch, path
from sample.models.minifigures.roles import Dress

WAIST = 1.86
NECK = 3.42
TOP = NECK - 0.05


def half_width(z: float) -> float:
    """Return half the width of the body at height z."""
    return 0.98 - 0.24 * (z - WAIST) / (NECK - WAIST)


def strip(points: list[tuple[float, float]], colour: Colour, layer: int = 1) -> Solid:
    """Return a patch (x, z) on the front of the body."""
    # The body is 0.96 deep.
    return patch([(x, -0.482, z) for x, z in points], colour, layer)


def band(low: float, high: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a stripe across the whole body."""
    wide, narrow = half_width(low), half_width(high)
    return strip([(-wide, low), (wide, low), (narrow, high), (-narrow, high)], colour, layer)


def belt(dress: Dress) -> Solids:
    """Return a belt with a buckle."""
    buckle = strip([(-0.14, WAIST), (0.14, WAIST), (0.14, WAIST + 0.17), (-0.14, WAIST + 0.17)], c.GOLD, 2)
    return [band(WAIST, WAIST + 0.17, c.mixed(dress.hips, c.BLACK, 0.35)), buckle]


def collar(dress: Dress) -> Solid:
    """Return an open collar."""
    return strip([(-0.3, TOP), (0, TOP - 0.5), (0.3, TOP)], dress.skin)


def suit(dress: Dress, rng: Random) -> Solids:
    """Return lapels and a tie."""
    tie = strip(path("-0.09,2.46 0,2.3 0.09,2.46 0.05,3.29 -0.05,3.29"), dress.trim, 2)
    return [strip([(-0.42, TOP), (0, WAIST + 0.5), (0.42, TOP)], c.WHITE), tie, *belt(dress)]


def uniform(dress: Dress, rng: Random) -> Solids:
    """Return a collar, buttons and a badge."""
    return [collar(dress), *buttons(dress.trim), *belt(dress)]


def armour(dress: Dress, rng: Random) -> Solids:
    """Return a breastplate with an emblem."""
    plate = strip(path("-0.5,2.3 0,2.05 0.5,2.3 0.52,3.1 0.2,3.25 -0.2,3.25 -0.52,3.1"), c.SILVER)
    return [plate, strip(path("-0.2,2.6 0,2.4 0.2,2.6 0.2,2.95 -0.2,2.95"), dress.trim, 2), *belt(dress)]


def number(dress: Dress, rng: Random) -> Solids:
    """Return a sports shirt's number."""
    return [band(2.15, 2.3, dress.trim), band(3.0, 3.12, dress.trim), *digit(rng, dress.trim), collar(dress)]


def overall(dress: Dress, rng: Random) -> Solids:
    """Return the bib and braces of an overall."""
    bib = strip([(-0.5, WAIST), (0.5, WAIST), (0.44, 2.8), (-0.44, 2.8)], dress.legs)
    straps = [strip(path("0.36,2.75 0.52,2.75 0.48,3.37 0.32,3.37"), dress.legs)]
    straps += [strip(path("-0.52,2.75 -0.36,2.75 -0.32,3.37 -0.48,3.37"), dress.legs)]
    return [bib, *straps, *(disc((s * 0.36, -0.483, 2.7), 0.06, c.GOLD, 2) for s in (-1, 1))]


def bones(dress: Dress, rng: Random) -> Solids:
    """Return ribs and a spine."""
    ribs = [strip([(-0.45, z), (0.45, z), (0.4, z + 0.12), (-0.4, z + 0.12)], dress.trim) for z in (2.3, 2.6, 2.9)]
    return [*ribs, strip(path("-0.08,2 0.08,2 0.08,3.2 -0.08,3.2"), dress.trim)]


def hero(dress: Dress, rng: Random) -> Solids:
    """Return a hero's sign."""
    sign = strip(path("-0.36,3 0,2.4 0.36,3 0.24,3.2 -0.24,3.2"), dress.trim)
    return [sign, disc((0, -0.483, 2.95), 0.14, dress.body, 2), *belt(dress)]


def stripes(dress: Dress, rng: Random) -> Solids:
    """Return stripes."""
    return [band(z, z + 0.16, dress.trim) for z in (2.0, 2.35, 2.7, 3.05)]


def wrap(dress: Dress, rng: Random) -> Solids:
    """Return a robe's sash."""
    return [strip(path("-0.35,3.37 0.5,2.06 0.75,2.06 0.05,3.37"), dress.trim), collar(dress), *belt(dress)]


def plain(dress: Dress, rng: Random) -> Solids:
    """Return a collar and a belt."""
    return [collar(dress), *belt(dress)]


PRINTS = {made.__name__: made for made in (suit, uniform, armour, number, overall, bones, hero, stripes, wrap, plain)}


def buttons(colour: Colour) -> Solids:
    """Return a column of buttons and a badge."""
    badge = disc((0.42, -0.483, 2.85), 0.11, c.GOLD, 2)
    return [badge, *(disc((0, -0.483, z), 0.05, colour, 2) for z in (2.2, 2.45, 2.7))]


def digit(rng: Random, colour: Colour) -> Solids:
    """Return a shirt number drawn of straight strokes."""
    strokes = {"1": "v", "7": "tv", "4": "lmv", "2": "tmb"}[rng.choice("1742")]
    shapes = {
        "v": path("0.04,2.42 0.18,2.42 0.18,2.92 0.04,2.92"),
        "t": path("-0.2,2.8 0.18,2.8 0.18,2.92 -0.2,2.92"),
        "m": path("-0.2,2.6 0.26,2.6 0.26,2.72 -0.2,2.72"),
        "b": path("-0.2,2.42 0.18,2.42 0.18,2.54 -0.2,2.54"),
        "l": path("-0.22,2.6 -0.1,2.6 -0.1,2.92 -0.22,2.92"),
    }
    return [strip(list(shapes[stroke]), colour) for stroke in strokes]
