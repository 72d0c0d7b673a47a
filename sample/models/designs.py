"""The design of each kind of set: the solids in its picture, the camera and the frame."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from sample.drawing import colours as c
from sample.drawing.rendering import Camera, Frame
from sample.drawing.solids import Solids, group, leftmost, mirrored, moved
from sample.models.bionicle import creature
from sample.models.bricks import brick
from sample.models.minifigures.figures import anyone, person
from sample.models.packs import pack
from sample.models.scenes.castle import catapult, fortress, gate, guards, temple, tower
from sample.models.scenes.merchandise import brick_box, key_chain, mug
from sample.models.scenes.railway import express, steam_engine, wagon
from sample.models.scenes.sea import boat, island, pirate_ship, raft
from sample.models.scenes.space import base, cruiser, fighter, rover
from sample.models.scenes.town import crowd, football, house, shop, station, winter_tree
from sample.models.scenes.vehicles import car, digger, fire_engine, helicopter, police_car, racer
from sample.models.technic.machines import machine
from sample.models.young.blocks import block
from sample.models.young.playsets import playset

Design = tuple[Solids, Camera, Frame]


class Style(NamedTuple):
    """How sets of one kind are photographed.

    build: returns the solids of a subject. yaw, pitch: ranges of the camera's angles in degrees.
    distance: the camera's, see Camera. boxed: the share of pictures that show the set on its box.
    """

    build: Callable[[str, Random], Solids]
    yaw: tuple[float, float]
    pitch: tuple[float, float]
    distance: float
    boxed: float


def design(kind: str, subject: str, rng: Random) -> Design:
    """Return the solids, camera and frame of a set; kind and subject are keys of SUBJECTS and entries in it."""
    style = STYLES[kind]
    solids = style.build(subject, rng)
    yaw, pitch = rng.choice((-1, 1)) * rng.uniform(*style.yaw), rng.uniform(*style.pitch)
    return solids, Camera(yaw, pitch, style.distance), frame(rng, style.boxed)


def frame(rng: Random, boxed: float) -> Frame:
    """Return a frame: white, a light gradient, or the colours of a printed box; a few pictures are close-ups."""
    margin, shadow = rng.uniform(0.02, 0.09), rng.uniform(0.2, 0.5)
    scale = rng.random()
    if scale < 0.03:
        margin = rng.uniform(-0.14, -0.05)
    elif scale < 0.09:
        margin = rng.uniform(0.12, 0.18)
    if rng.random() < boxed:
        top, bottom = rng.sample((c.MEDIUM_BLUE, c.DARK_BLUE, c.TAN, c.YELLOW, c.RED, c.AZURE, c.LIGHT_GRAY, c.LIME), 2)
        border = rng.choice((c.WHITE, c.RED, c.YELLOW, c.BLACK, None))
        return Frame(margin=0.12, top=top, bottom=c.mixed(bottom, c.WHITE, 0.5), border=border, shadow=shadow)
    if rng.random() < 0.16:
        tint = rng.choice((c.LIGHT_GRAY, c.LIGHT_BLUE, c.TAN, c.LIGHT_GRAY))
        return Frame(margin=margin, bottom=c.mixed(c.WHITE, tint, rng.uniform(0.2, 0.7)), shadow=shadow)
    return Frame(margin=margin, shadow=rng.choice((0.0, shadow, shadow, shadow)))


def minifigure(subject: str, rng: Random) -> Solids:
    """Return a figure, sometimes on a stand, rarely beside another figure or a small build."""
    parts = person(subject, rng)
    parts = mirrored(parts) if rng.random() < 0.5 else parts
    chance = rng.random()
    if chance < 0.3:
        return [brick(4, 3, rng.choice((c.BLACK, c.BLACK, c.LIGHT_GRAY, c.GREEN)), 0.4), *moved(parts, z=0.4)]
    if chance < 0.37:
        return parts + moved(anyone(rng), rng.choice((-2.9, 2.9)), rng.uniform(-0.5, 1))
    if chance < 0.41:
        wall = [moved(brick(4, 2, rng.choice(c.BRICKS)), z=1.2 * k) for k in range(rng.randint(1, 3))]
        return parts + moved(group(wall), rng.choice((-3, 3)), 1)
    return parts


def technic(subject: str, rng: Random) -> Solids:
    """Return a machine, rarely with a figure beside it."""
    parts = machine(subject, rng)
    if rng.random() < 0.07:
        parts += moved(anyone(rng), rng.uniform(-4, 4), -5.5)
    return parts


def bionicle(subject: str, rng: Random) -> Solids:
    """Return a jointed creature, rarely two."""
    parts = creature(subject, rng)
    return parts + moved(creature("Villager", rng), rng.choice((-6, 6)), 1) if rng.random() < 0.08 else parts


def parts_pack(subject: str, rng: Random) -> Solids:
    """Return a pack of parts, rarely with a figure, as basic sets have, or with a big brick."""
    parts = pack(subject, rng)
    chance = rng.random()
    if chance < 0.05:
        return parts + moved(anyone(rng), leftmost(parts) - 2.4)
    return parts + moved(block(4, 2, rng.choice(c.BRIGHT)), leftmost(parts) - 3) if chance < 0.08 else parts


def young(subject: str, rng: Random) -> Solids:
    """Return a young child's set, rarely with loose bricks of ordinary size."""
    parts = playset(subject, rng)
    if rng.random() < 0.06:
        parts += [moved(brick(4, 2, rng.choice(c.BRIGHT)), 3 * k - 3, -4)[0] for k in range(3)]
    return parts


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
    """Return a scene of one of the kinds in SCENES, sometimes mirrored."""
    parts = SCENES[kind][subject](rng)
    return mirrored(parts) if rng.random() < 0.4 else parts


# Packs are photographed from afar, which makes the view nearly isometric.
STYLES = {
    "minifigure": Style(minifigure, (0, 22), (3, 16), 4, 0.02),
    "technic": Style(technic, (15, 55), (13, 34), 4, 0.1),
    "bionicle": Style(bionicle, (0, 55), (4, 20), 4, 0.06),
    "young": Style(young, (5, 45), (8, 28), 4, 0.06),
    "pack": Style(parts_pack, (25, 55), (22, 38), 12, 0.05),
    **{kind: Style(partial(scene, kind), (15, 45), (10, 26), 4, 0.25) for kind in SCENES},
}
