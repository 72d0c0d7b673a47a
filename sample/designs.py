"""What each kind of set looks like: the solids in its picture, the camera and the paper."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

from sample import colours as c
from sample.bionicle import creature
from sample.bricks import brick
from sample.minifigures import anyone, dressed, figure, posed
from sample.packs import pack
from sample.rendering import Camera, Frame
from sample.scenes import SCENES, scene
from sample.solids import Solids, group, leftmost, mirrored, moved
from sample.technic import machine
from sample.young import block, playset

Design = tuple[Solids, Camera, Frame]


class Style(NamedTuple):
    """How a kind is photographed: what is in the picture, ranges of the camera's angles, how often on a box."""

    build: Callable[[str, Random], Solids]
    yaw: tuple[float, float]
    pitch: tuple[float, float]
    distance: float
    boxed: float


def design(kind: str, subject: str, rng: Random) -> Design:
    """Return what drawn() needs for a set of this kind that shows this subject."""
    style = STYLES[kind]
    solids = style.build(subject, rng)
    yaw, pitch = rng.choice((-1, 1)) * rng.uniform(*style.yaw), rng.uniform(*style.pitch)
    return solids, Camera(yaw, pitch, style.distance), paper(rng, style.boxed)


def paper(rng: Random, boxed: float) -> Frame:
    """Return the paper: white, a light gradient, or the coloured picture of a box; a few pictures are close-ups."""
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
    """Return a single figure, at times on a stand, rarely with a friend or a small build."""
    parts = figure(dressed(subject, rng), posed(rng), rng)
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
    """Return a machine, at times with a figure beside it or bricks on it."""
    parts = machine(subject, rng)
    if rng.random() < 0.07:
        parts += moved(anyone(rng), rng.uniform(-4, 4), -5.5)
    return parts


def bionicle(subject: str, rng: Random) -> Solids:
    """Return a jointed creature, rarely two."""
    parts = creature(subject, rng)
    return parts + moved(creature("Villager", rng), rng.choice((-6, 6)), 1) if rng.random() < 0.08 else parts


def parts_pack(subject: str, rng: Random) -> Solids:
    """Return a pack, at times with a figure as the basic sets have, or with a big brick."""
    parts = pack(subject, rng)
    chance = rng.random()
    if chance < 0.05:
        return parts + moved(anyone(rng), leftmost(parts) - 2.4)
    return parts + moved(block(4, 2, rng.choice(c.BRIGHT)), leftmost(parts) - 3) if chance < 0.08 else parts


def young(subject: str, rng: Random) -> Solids:
    """Return a young child's set, at times with loose bricks of the ordinary size."""
    parts = playset(subject, rng)
    if rng.random() < 0.06:
        parts += [moved(brick(4, 2, rng.choice(c.BRIGHT)), 3 * k - 3, -4)[0] for k in range(3)]
    return parts


STYLES = {
    "minifigure": Style(minifigure, (0, 22), (3, 16), 4, 0.02),
    "technic": Style(technic, (15, 55), (13, 34), 4, 0.1),
    "bionicle": Style(bionicle, (0, 55), (4, 20), 4, 0.06),
    "young": Style(young, (5, 45), (8, 28), 4, 0.06),
    "pack": Style(parts_pack, (25, 55), (22, 38), 12, 0.05),
    **{kind: Style(partial(scene, kind), (15, 45), (10, 26), 4, 0.25) for kind in SCENES},
}
