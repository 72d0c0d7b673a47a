"""Minifigures in their real proportions: four bricks tall, trapezoid body, bent arms, C-shaped hands, two legs."""

import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from sample import colours as c
from sample.headgear import HEADGEAR
from sample.items import ITEMS
from sample.solids import (
    Colour,
    Point,
    Solid,
    Solids,
    arc,
    box,
    cylinder,
    disc,
    joined,
    lathe,
    limb,
    mirrored,
    moved,
    over,
    patch,
    path,
    prism,
    turned,
)

HIP, WAIST, NECK = 1.48, 1.86, 3.42
HEAD_RADIUS = 0.62
SKINS = (c.YELLOW, c.YELLOW, c.YELLOW, c.YELLOW, c.NOUGAT, (140, 88, 58), (232, 188, 150))


@dataclass(frozen=True)
class Dress:
    """What a figure wears and holds: keys of HEADGEAR, PRINTS and ITEMS; colours of head, body, arms and legs."""

    headgear: str
    headgear_colour: Colour
    skin: Colour
    body: Colour
    arms: Colour
    hips: Colour
    legs: Colour
    trim: Colour
    print: str
    right: str = "-"
    left: str = "-"
    cape: Colour | None = None
    beard: Colour | None = None
    skirt: bool = False


@dataclass(frozen=True)
class Pose:
    """Degrees: each arm's and leg's swing forward, the head's turn and the whole figure's turn."""

    right_arm: float = 10
    left_arm: float = 10
    right_leg: float = 0
    left_leg: float = 0
    head: float = 0
    turn: float = 0


def figure(dress: Dress, pose: Pose, rng: Random) -> Solids:
    """Return a figure standing on the origin, looking at the viewer."""
    legs = [skirt(dress)] if dress.skirt else [*leg(dress, -1, pose.right_leg), *leg(dress, 1, pose.left_leg)]
    parts = [*legs, hips(dress), torso(dress, rng)]
    parts += arm(dress, -1, pose.right_arm, dress.right, rng) + arm(dress, 1, pose.left_arm, dress.left, rng)
    parts += moved(turned(head(dress, rng), "z", pose.head), z=NECK)
    if dress.cape:
        parts.append(cape(dress.cape))
    return turned(parts, "z", pose.turn)


def leg(dress: Dress, side: int, swing: float) -> Solids:
    """Return one leg with its foot, swung about the hip."""
    round_top = [(0.04 + 0.38 * x, HIP + 0.38 * z) for x, z in arc(0, 180, 6)]
    profile = [(-0.62, 0), (0.42, 0), (0.42, HIP), *round_top[1:-1], (-0.34, HIP), (-0.34, 0.36), (-0.62, 0.36)]
    parts = turned(prism(profile, 0.94, dress.legs), "z", 90)
    if dress.print == "armour":
        parts = [joined([*parts, patch([(s, -0.345, z) for s, z in BOOT], dress.trim)], parts[0].box)]
    swung = moved(turned(moved(parts, z=-HIP), "x", -swing), z=HIP)
    return moved(swung, x=side * 0.5)


BOOT = path("-0.46,0.38 0.46,0.38 0.46,0.62 -0.46,0.62")


def skirt(dress: Dress) -> Solid:
    """Return a skirt in place of legs: a sloped brick with a hem."""
    cone = turned(prism(path("-0.95,0 0.95,0 0.45,1.68 -0.45,1.68"), 1.96, dress.legs), "z", 90)[0]
    hem = patch([(-0.98, -0.94, 0.08), (0.98, -0.94, 0.08), (0.98, -0.87, 0.3), (-0.98, -0.87, 0.3)], dress.trim)
    return joined([cone, hem], cone.box)


def hips(dress: Dress) -> Solid:
    """Return the hips above the legs."""
    belt = box(1.96, 0.84, 0.2, dress.hips, edged=False)
    return moved(belt, y=0.03, z=WAIST - 0.2)[0]


def torso(dress: Dress, rng: Random) -> Solid:
    """Return the printed body."""
    outline = ((-0.98, WAIST), (0.98, WAIST), (0.74, NECK - 0.05), (-0.74, NECK - 0.05))
    body = prism(outline, 0.96, dress.body)
    return joined([body, *PRINTS[dress.print](dress, rng)], body.box)


def half_width(z: float) -> float:
    """Return half the body's width at a height."""
    return 0.98 - 0.24 * (z - WAIST) / (NECK - WAIST)


def strip(points: list[tuple[float, float]], colour: Colour, layer: int = 1) -> Solid:
    """Return a patch (x, z) on the front of the body."""
    return patch([(x, -0.482, z) for x, z in points], colour, layer)


def band(low: float, high: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a stripe across the whole body."""
    wide, narrow = half_width(low), half_width(high)
    return strip([(-wide, low), (wide, low), (narrow, high), (-narrow, high)], colour, layer)


TOP = NECK - 0.05


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


SHOULDER: Point = (0.78, 0.0, 3.12)
ELBOW: Point = (0.3, 0.02, -0.56)
WRIST: Point = (0.32, -0.44, -0.92)
HAND: Point = (0.32, -0.66, -1.08)


def arm(dress: Dress, side: int, swing: float, item: str, rng: Random) -> Solids:
    """Return one arm with its hand and what it holds, swung about the shoulder."""
    sleeve = joined([limb((0, 0, 0), ELBOW, 0.28, dress.arms, 0.25), limb(ELBOW, WRIST, 0.25, dress.arms, 0.22)])
    parts = [sleeve, *moved(turned(hand(dress.skin), "x", 37), *HAND)]
    if item != "-":
        parts += moved(turned(ITEMS[item](rng), "x", 37), *HAND)
    swung = turned(turned(parts, "x", -swing), "z", 6)
    placed = moved(swung, *SHOULDER)
    return placed if side > 0 else mirrored(placed)


def hand(skin: Colour) -> Solid:
    """Return the C-shaped hand, its hole upright."""
    outer = [(0.29 * x, 0.29 * y) for x, y in arc(-40, 220, 9)]
    inner = [(0.17 * x, 0.17 * y) for x, y in arc(220, -40, 6)]
    ring = turned(prism([*outer, *inner], 0.36, skin, edged=False), "x", 90)
    wrist = moved(turned(cylinder(0.15, 0.35, skin, 10), "x", -90), y=0.15)
    return joined([*ring, *wrist])


def cape(colour: Colour) -> Solid:
    """Return a cape hanging from the shoulders."""
    outline = [(-1.25, 0.25), (1.25, 0.25), (0.8, NECK), (-0.8, NECK)]
    return moved(prism(outline, 0.08, colour), y=0.56)[0]


# ---------------------------------------------------------------- head


def on_face(u: float, v: float, lift: float = 0.01) -> Point:
    """Return the point of the head's front that is u to the right and v above its lower edge."""
    angle = u / HEAD_RADIUS
    radius = HEAD_RADIUS + lift
    return (radius * math.sin(angle), -radius * math.cos(angle), v)


def drawn_on(points: list[tuple[float, float]], colour: Colour, layer: int = 1) -> Solid:
    """Return a patch (u, v) on the face."""
    return patch([on_face(u, v) for u, v in points], colour, layer)


def dot(u: float, v: float, radius: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a round patch on the face."""
    return drawn_on([(u + radius * x, v + radius * y) for x, y in arc(0, 360, 10)[:-1]], colour, layer)


def stroke(points: list[tuple[float, float]], width: float, colour: Colour, layer: int = 1) -> Solid:
    """Return a line on the face, drawn left to right, as a patch of some width."""
    lower = [(u, v - width / 2) for u, v in points]
    upper = [(u, v + width / 2) for u, v in reversed(points)]
    return drawn_on([*lower, *upper], colour, layer)


def head(dress: Dress, rng: Random) -> Solids:
    """Return the head with its face and what is on it, standing on the origin."""
    r = HEAD_RADIUS
    profile = [
        (0.4, 0),
        (0.55, 0.06),
        (r, 0.2),
        (r, 0.85),
        (0.56, 1.0),
        (0.42, 1.06),
        (0.31, 1.06),
        (0.31, 1.26),
        (0.0, 1.26),
    ]
    skull = lathe(profile, dress.skin, 24)
    worn, behind = HEADGEAR[dress.headgear](dress.headgear_colour, dress.trim)
    whole = joined([skull, *face(dress, rng), *(over(part, 4) for part in worn)], skull.box)
    return [whole, *behind]


def face(dress: Dress, rng: Random) -> Solids:
    """Return eyes, brows, mouth and what else a face has."""
    dark = c.BLACK if sum(dress.skin) > 300 else (10, 10, 10)
    eyes = [dot(s * 0.23, 0.62, 0.075, dark) for s in (-1, 1)]
    eyes += [dot(s * 0.23 + 0.025, 0.645, 0.024, c.WHITE, 2) for s in (-1, 1)]
    tilt = rng.choice((-0.06, 0, 0.05, 0.08))
    brow_colour = dress.beard or rng.choice((c.BLACK, c.BROWN, (160, 96, 40)))
    brows = [
        stroke([(s * 0.23 - 0.12, 0.79 + s * tilt), (s * 0.23 + 0.12, 0.79 - s * tilt)], 0.045, brow_colour)
        for s in (-1, 1)
    ]
    extras = rng.choice(([], [], [], glasses(), freckles(), lashes()))
    return [*beard(dress.beard), *eyes, *brows, *mouth(rng), *extras]


def mouth(rng: Random) -> Solids:
    """Return one of several mouths."""
    style = rng.choice(("smile", "smile", "grin", "smirk", "open", "stern"))
    smile = [(0.21 * k / 4, 0.26 + 0.10 * (k / 4) ** 2) for k in range(-4, 5)]
    if style == "grin":
        teeth = [(0.2 * k / 4, 0.22 + 0.10 * (k / 4) ** 2) for k in range(-4, 5)]
        return [
            drawn_on([*teeth, (0.2, 0.37), (-0.2, 0.37)], c.BLACK),
            drawn_on(path("-0.15,0.31 0.15,0.31 0.17,0.355 -0.17,0.355"), c.WHITE, 2),
        ]
    if style == "open":
        return [dot(0, 0.31, 0.1, (60, 10, 10)), dot(0, 0.275, 0.055, c.RED, 2)]
    points = {"smile": smile, "smirk": path("-0.1,0.3 0.05,0.29 0.18,0.36"), "stern": [(-0.15, 0.3), (0.15, 0.3)]}
    return [stroke(points[style], 0.045, c.BLACK)]


def glasses() -> Solids:
    """Return a pair of glasses."""
    return [dot(s * 0.23, 0.62, 0.15, c.DARK_GRAY, 0) for s in (-1, 1)] + [
        dot(s * 0.23, 0.62, 0.11, c.GLASS, 0) for s in (-1, 1)
    ]


def freckles() -> Solids:
    """Return freckles on both cheeks."""
    return [dot(s * u, v, 0.022, (190, 110, 40)) for s in (-1, 1) for u, v in path("0.3,0.45 0.38,0.5 0.38,0.41")]


def lashes() -> Solids:
    """Return eyelashes and red lips."""
    lips = path("-0.12,0.3 0,0.25 0.12,0.3 0.05,0.35 0,0.33 -0.05,0.35")
    return [
        drawn_on(lips, c.RED, 2),
        *(stroke([(s * 0.34 - 0.04, 0.68), (s * 0.34 + 0.04, 0.7)], 0.03, c.BLACK) for s in (-1, 1)),
    ]


def beard(colour: Colour | None) -> Solids:
    """Return a printed beard, or nothing."""
    if colour is None:
        return []
    around = path("-0.62,0.55 -0.5,0.08 0,0.03 0.5,0.08 0.62,0.55 0.34,0.42 0,0.46 -0.34,0.42")
    return [
        drawn_on(around, colour),
        drawn_on(path("-0.2,0.27 0.2,0.27 0.2,0.36 -0.2,0.36"), c.mixed(colour, c.WHITE, 0.5)),
    ]


# ---------------------------------------------------------------- roles

# role: headgear: its colours: the body's: the legs': print: right hand: left hand; one of each list is chosen.
ROLES = """
Knight: knight_helmet: silver: light_gray dark_gray: dark_gray: armour: sword spear axe: shield
Pirate Captain: bicorne: black dark_blue: dark_red dark_blue: black: uniform: sword: - cup
Chef: chef_hat: white: white: white black: uniform: pan cup: -
Astronaut: helmet: white orange: white orange: white: number: flag blaster: - case
Wizard: wizard_hat: dark_blue purple dark_gray: dark_blue purple dark_gray: dark_blue: wrap: wand: - book
Witch: wizard_hat: black: black dark_green: black: wrap: broom wand: -
Ninja: hood: black red blue green: black red dark_blue: black: wrap: katana: katana -
Cowboy: cowboy_hat: brown tan black: tan red blue: dark_blue brown: uniform: blaster guitar: -
Diver: bathing: yellow black: black dark_blue: black: stripes: trident spear: - lens
Police Officer: cap: black dark_blue: dark_blue black: black dark_blue: uniform: cup paddle: - case
Firefighter: hard_hat: red white black: black dark_tan: black dark_tan: stripes: axe: -
Clown: afro: orange red lime: yellow azure: red green: stripes: balloon flower: balloon -
Magician: top_hat: black: black: black: suit: wand flower: -
Viking: viking_helmet: dark_gray: brown dark_tan: brown dark_blue: wrap: axe hammer: round_shield
Racing Driver: helmet: red blue yellow white: red blue green: red blue: number: cup flag: -
Explorer: sun_hat: tan dark_tan: tan dark_tan: dark_tan tan: uniform: lens book: - case
Surfer: spiky long_hair: yellow brown: yellow nougat: azure red: plain: surfboard: -
Skater: cap spiky: red lime black: lime dark_gray orange: tan dark_blue: number: paddle surfboard: -
Tennis Player: short_hair bun: yellow brown: white light_blue: white: number: racket: - football
Football Player: short_hair spiky: hair: red blue white yellow: white black blue: number: football: - cup
King: crown: gold: red blue purple: blue red: hero: sword wand: -
Princess: long_hair: hair: pink lavender light_blue: pink lavender: wrap: flower wand: -
Nurse: bun long_hair: hair: white light_blue: white: uniform: case book: -
Farmer: sun_hat: tan: red green: blue: overall: trident broom: -
Lumberjack: elf_hat cap: red dark_green: red dark_red: dark_blue brown: overall: axe: - cup
Builder: hard_hat: yellow orange white: orange blue: blue dark_blue: overall: hammer pickaxe: - case
Samurai: knight_helmet: black: dark_red black: dark_red black: armour: katana: -
Gladiator: knight_helmet: gold: nougat yellow: brown: wrap: sword trident: round_shield
Painter: cap short_hair: black red: white azure: dark_blue: overall: paddle: - case
Sailor: cap: white: white blue: blue white: stripes: flag lens: -
Detective: sun_hat: dark_tan brown: dark_tan brown: brown dark_gray: suit: lens: - case
Super Hero: mask short_hair: blue red black: blue red green: blue red: hero: - shield: -
Villain: mask hood: purple black dark_green: purple dark_green: black: hero: blaster wand: - case
Singer: afro spiky long_hair: black magenta yellow: magenta black: black white: suit: guitar: -
Skeleton: none top_hat: black: black: black: bones: sword axe: - shield
Elf: elf_hat: green red: green red: green brown: wrap: hammer: - balloon
Scientist: spiky bun: white dark_gray brown: white: dark_gray tan: suit: cup lens: - book
Gardener: sun_hat long_hair: yellow tan: lime sand_green: green dark_tan: overall: flower broom: - case
Robot Fan: helmet cap: light_gray azure: light_gray: dark_gray: armour: blaster: - blaster
Grandpa: none sun_hat: tan: sand_green dark_tan: brown: suit: book paddle: - cup
"""
BEARDED = {"Wizard", "Viking", "Pirate Captain", "Lumberjack", "King", "Grandpa"}
SKIRTED = {"Princess", "Witch", "Nurse", "Singer"}
CAPED = {"Super Hero", "King", "Villain", "Magician", "Knight", "Gladiator"}


@lru_cache(maxsize=1)
def roles() -> dict[str, list[list[str]]]:
    """Return what suits each role: seven lists of names, in the order of ROLES."""
    rows = [line.split(": ") for line in ROLES.strip().splitlines()]
    return {row[0]: [field.split() for field in row[1:]] for row in rows}


def hue(names: list[str], rng: Random) -> Colour:
    """Return one of the colours of these names ("hair": one that hair has)."""
    return rng.choice(c.HAIR) if names == ["hair"] else getattr(c, rng.choice(names).upper())


def dressed(role: str, rng: Random) -> Dress:
    """Return what a figure of this role wears, chosen among what suits the role."""
    headgear, hats, bodies, legs, prints, right, left = roles()[role]
    body, leg_colour = hue(bodies, rng), hue(legs, rng)
    bony = role == "Skeleton"
    return Dress(
        headgear=rng.choice(headgear),
        headgear_colour=hue(hats, rng),
        skin=c.WHITE if bony else rng.choice(SKINS),
        body=body,
        arms=rng.choice((body, body, body, c.mixed(body, c.WHITE, 0.2), rng.choice(c.CLOTHES))),
        hips=rng.choice((leg_colour, leg_colour, c.BLACK, c.BROWN)),
        legs=leg_colour,
        trim=c.WHITE if bony else rng.choice((c.WHITE, c.RED, c.YELLOW, c.AZURE, c.LIME, c.GOLD)),
        print=prints[0],
        right=rng.choice(right),
        left=rng.choice(left),
        cape=rng.choice((c.RED, c.BLACK, c.PURPLE, c.DARK_BLUE)) if role in CAPED and rng.random() < 0.7 else None,
        skirt=role in SKIRTED and rng.random() < 0.75,
        beard=rng.choice((c.BROWN, c.LIGHT_GRAY, (176, 80, 30))) if role in BEARDED else None,
    )


def posed(rng: Random) -> Pose:
    """Return a pose: standing, walking, or with an arm raised."""
    stride = rng.choice((0, 0, 0, rng.uniform(-25, 25)))
    right = rng.choice((10, 25, 40, 60, 80))
    return Pose(right, rng.choice((-15, 5, 20, 40, 60)), stride, -stride, rng.uniform(-25, 25), rng.uniform(-28, 28))


def anyone(rng: Random) -> Solids:
    """Return some figure to put into a scene."""
    return figure(dressed(rng.choice(sorted(roles())), rng), posed(rng), rng)
