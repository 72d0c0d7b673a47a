"""Roles of minifigures: what a knight or a chef wears and holds, and the poses of figures."""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Colour

SKINS = (c.YELLOW, c.YELLOW, c.YELLOW, c.YELLOW, c.NOUGAT, (140, 88, 58), (232, 188, 150))


@dataclass(frozen=True)
class Dress:
    """What a figure wears and holds.

    headgear, print, and right and left (hands): keys of HEADGEAR, PRINTS and ITEMS; an empty hand is "-".
    """

    headgear: str
    headgear_colour: Colour
    skin: Colour
    body: Colour
    arms: Colour
    hips: Colour
    legs: Colour
    trim: Colour
    print: str
    right: str
    left: str
    cape: Colour | None
    beard: Colour | None
    skirt: bool


@dataclass(frozen=True)
class Pose:
    """Angles in degrees: how far each arm and leg swings forward, and the turn of the head and of the figure."""

    right_arm: float
    left_arm: float
    right_leg: float
    left_leg: float
    head: float
    turn: float


# role: headgear: its colours: body colours: leg colours: print: right hand: left hand. A figure gets one of each list.
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
    """Return the seven lists of names of each role, in the order of ROLES."""
    rows = [line.split(": ") for line in ROLES.strip().splitlines()]
    return {row[0]: [field.split() for field in row[1:]] for row in rows}


def hue(names: list[str], rng: Random) -> Colour:
    """Return the colour of one of these names; ["hair"] stands for any colour of hair."""
    return rng.choice(c.HAIR) if names == ["hair"] else getattr(c, rng.choice(names).upper())


def dressed(role: str, rng: Random) -> Dress:
    """Return a random dress for a role."""
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
    """Return a random pose: standing or walking, with arms down or raised."""
    stride = rng.choice((0, 0, 0, rng.uniform(-25, 25)))
    right = rng.choice((10, 25, 40, 60, 80))
    return Pose(right, rng.choice((-15, 5, 20, 40, 60)), stride, -stride, rng.uniform(-25, 25), rng.uniform(-28, 28))
