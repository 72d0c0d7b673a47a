"""Items for minifigures' hands: upright, with the grip at the origin."""

from collections.abc import Callable
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solids,
    arc,
    ball,
    box,
    cylinder,
    ellipsoid,
    joined,
    lathe,
    moved,
    path,
    prism,
    turned,
)


def pole(length: float, colour: Colour, below: float = 0.8, radius: float = 0.1) -> Solids:
    """Return a rod through the hand."""
    return moved(cylinder(radius, length, colour, 10), z=-below)


def sword(rng: Random) -> Solids:
    """Return a sword."""
    blade = prism(path("-0.14,0.35 0.14,0.35 0.14,2.3 0,2.65 -0.14,2.3"), 0.08, c.SILVER)
    guard = moved(box(0.7, 0.16, 0.12, c.GOLD), z=0.26)
    return [joined([*pole(0.8, c.BROWN, 0.45), *guard]), blade]


def katana(rng: Random) -> Solids:
    """Return a curved blade."""
    outline = path("-0.08,0.3 0.08,0.3 0.13,1.4 0.3,2.5 0.1,2.4 -0.06,1.4")
    return [*pole(0.9, c.BLACK, 0.55), prism(outline, 0.06, c.CHROME)]


def spear(rng: Random) -> Solids:
    """Return a spear."""
    return [*pole(3.6, c.BROWN, 1.3), *moved(prism(path("-0.2,0 0.2,0 0,0.7"), 0.08, c.SILVER), z=2.3)]


def trident(rng: Random) -> Solids:
    """Return a three-pronged spear."""
    prongs = [prism([(x - 0.06, 2.0), (x + 0.06, 2.0), (x, 2.8)], 0.08, c.GOLD) for x in (-0.32, 0, 0.32)]
    return [*pole(3.2, c.GOLD, 1.2), *moved(box(0.76, 0.12, 0.12, c.GOLD), z=1.95), *prongs]


def axe(rng: Random) -> Solids:
    """Return a battle or woodman's axe."""
    blade = path("0,0.95 0.55,0.75 0.68,1.15 0.55,1.55 0,1.35")
    return [*pole(2.1, c.BROWN, 0.6), prism(blade, 0.12, c.SILVER)]


def hammer(rng: Random) -> Solids:
    """Return a hammer."""
    return [*pole(1.6, c.BROWN, 0.5), *moved(box(0.85, 0.4, 0.42, c.DARK_GRAY), z=0.95)]


def pickaxe(rng: Random) -> Solids:
    """Return a pickaxe."""
    outline = path("-0.9,0.85 0,1.15 0.9,0.85 0,1.4")
    return [*pole(1.9, c.BROWN, 0.6), prism(outline, 0.14, c.DARK_GRAY)]


def shield(rng: Random) -> Solids:
    """Return a shield with a coloured field and a boss."""
    colour = rng.choice((c.RED, c.BLUE, c.GREEN, c.BLACK, c.YELLOW))
    outline = path("-0.75,0.1 -0.45,-0.75 0,-1.1 0.45,-0.75 0.75,0.1 0.75,0.9 -0.75,0.9")
    board = moved(prism(outline, 0.12, c.SILVER), y=-0.4)
    field = moved(prism([(x * 0.82, z * 0.82) for x, z in outline], 0.06, colour), y=-0.48)
    emblem = moved(prism(path("-0.3,0.1 0,-0.5 0.3,0.1 0,0.5"), 0.04, c.GOLD), y=-0.53)
    return [joined([*board, *field, *emblem])]


def round_shield(rng: Random) -> Solids:
    """Return a round shield."""
    colour = rng.choice((c.RED, c.BLUE, c.BROWN, c.DARK_GREEN))
    board = lathe(path("0.95,0 0.95,0.1 0.8,0.16 0.3,0.18 0.25,0.3 0,0.34"), colour, 20)
    return moved(turned(board, "x", 90), y=-0.35)


def wand(rng: Random) -> Solids:
    """Return a wand or staff with a glowing tip."""
    glow = rng.choice((c.AZURE, c.LIME, c.RED, c.PURPLE))
    return [*pole(2.8, c.BROWN, 1.2, 0.09), *moved(ball(0.28, glow, 10), z=1.75)]


def broom(rng: Random) -> Solids:
    """Return a broom."""
    bristles = lathe([(0.14, 0), (0.45, 0.8)], c.TAN, 10)
    return [*pole(3.0, c.BROWN, 1.0), *moved(bristles, z=1.9)]


def cup(rng: Random) -> Solids:
    """Return a cup or trophy."""
    colour = rng.choice((c.GOLD, c.WHITE, c.SILVER))
    return [lathe(path("0.3,-0.25 0.12,-0.15 0.12,0.15 0.34,0.35 0.42,0.8 0.36,0.8 0,0.5"), colour, 14)]


def pan(rng: Random) -> Solids:
    """Return a frying pan."""
    dish = lathe(path("0.5,0 0.6,0.18 0.55,0.18 0,0.08"), c.DARK_GRAY, 16)
    return [*pole(1.0, c.BLACK, 0.3), *moved(turned(dish, "x", 80), z=1.25)]


def racket(rng: Random) -> Solids:
    """Return a tennis racket."""
    rim = [(0.52 * x, 1.5 + 0.68 * z) for x, z in arc(0, 360, 18)[:-1]]
    net = [(0.42 * x, 1.5 + 0.57 * z) for x, z in arc(0, 360, 18)[:-1]]
    mesh = prism(net, 0.13, c.LIGHT_GRAY)
    return [*pole(1.3, c.BLACK, 0.4, 0.08), joined([prism(rim, 0.1, rng.choice(c.BRIGHT)), mesh])]


def football(rng: Random) -> Solids:
    """Return a ball held up."""
    return moved(ball(0.55, rng.choice((c.WHITE, c.ORANGE, c.WHITE)), 14), z=0.55)


def guitar(rng: Random) -> Solids:
    """Return an electric guitar, held aslant."""
    body = path("-0.5,-0.6 0,-0.75 0.5,-0.6 0.36,0 0.5,0.5 0,0.38 -0.5,0.5 -0.36,0")
    parts = [
        prism(body, 0.2, rng.choice((c.RED, c.BLUE, c.ORANGE, c.BLACK))),
        *moved(box(0.18, 0.16, 1.9, c.BROWN), y=-0.12, z=0.2),
    ]
    return moved(turned([*parts, *moved(box(0.36, 0.16, 0.3, c.BLACK), y=-0.12, z=2.0)], "y", 60), y=-0.35)


def surfboard(rng: Random) -> Solids:
    """Return a surfboard standing beside the figure."""
    outline = [(0.55 * x, 2.1 * z) for x, z in arc(0, 360, 20)[:-1]]
    board = prism(outline, 0.16, rng.choice(c.BRIGHT))
    stripe = moved(prism(path("-0.1,-1.8 0.1,-1.8 0.1,1.8 -0.1,1.8"), 0.02, c.WHITE), y=-0.09)
    return moved(joined([board, *stripe]), x=0.45, y=-0.1, z=0.6)


def flag(rng: Random) -> Solids:
    """Return a flag."""
    cloth = prism(path("0.08,1.3 1.5,1.4 1.5,2.3 0.08,2.3"), 0.06, rng.choice(c.CLASSIC))
    return [*pole(3.5, c.BROWN, 1.1, 0.07), cloth]


def flower(rng: Random) -> Solids:
    """Return a flower."""
    petals = [
        moved(ellipsoid(0.16, 0.1, 0.16, rng.choice((c.PINK, c.RED, c.WHITE)), 8), 0.2 * x, -0.05, 1.0 + 0.2 * z)[0]
        for x, z in arc(0, 360, 5)[:-1]
    ]
    return [*pole(1.3, c.GREEN, 0.4, 0.06), joined([*petals, *moved(ball(0.13, c.YELLOW, 8), y=-0.12, z=1.0)])]


def lens(rng: Random) -> Solids:
    """Return a magnifying glass."""
    ring = turned(lathe(path("0.42,0 0.46,0.06 0.42,0.12 0,0.12"), c.BLACK, 16), "x", 90)
    pane = turned(lathe([(0.34, 0.0), (0.34, 0.14)], c.GLASS, 16), "x", 90)
    return [*pole(0.7, c.BLACK, 0.3, 0.08), joined(moved([*ring, *pane], z=0.85))]


def case(rng: Random) -> Solids:
    """Return a suitcase hanging from the hand."""
    return moved(
        joined(
            [box(1.3, 0.45, 0.9, rng.choice((c.BROWN, c.BLACK, c.RED))), *moved(box(0.4, 0.1, 0.12, c.BLACK), z=0.9)]
        ),
        z=-1.1,
    )


def blaster(rng: Random) -> Solids:
    """Return a science-fiction blaster pointing at something."""
    barrel = turned(lathe(path("0.16,0 0.16,1 0.1,1 0.1,1.5"), c.DARK_GRAY, 10), "x", 90)
    return [*pole(0.6, c.BLACK, 0.3), *moved(barrel, z=0.4)]


def paddle(rng: Random) -> Solids:
    """Return a brush, spanner or paddle: a rod with a broad end."""
    head = prism(path("-0.24,0 0.24,0 0.3,0.6 0,0.85 -0.3,0.6"), 0.12, rng.choice(c.BRIGHT))
    return [*pole(2.4, c.TAN, 0.9, 0.08), *moved(head, z=1.4)]


def book(rng: Random) -> Solids:
    """Return a book."""
    cover = box(0.78, 0.3, 1.05, rng.choice(c.CLOTHES))
    title = moved(box(0.4, 0.02, 0.2, c.GOLD), y=-0.16, z=0.6)
    return moved(joined([cover, *title], cover.box), y=-0.25)


def balloon(rng: Random) -> Solids:
    """Return a balloon on a string."""
    return [*pole(1.5, c.WHITE, 0.1, 0.03), *moved(ellipsoid(0.6, 0.6, 0.72, rng.choice(c.BRIGHT), 14), z=2.0)]


ITEMS: dict[str, Callable[[Random], Solids]] = {
    function.__name__: function
    for function in (
        *(sword, katana, spear, trident, axe, hammer, pickaxe, shield, round_shield, wand, broom, cup, pan, racket),
        *(football, guitar, surfboard, flag, flower, lens, case, blaster, paddle, book, balloon),
    )
}
