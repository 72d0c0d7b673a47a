"""Minifigures in their real proportions: four bricks tall, with a trapezoid body, bent arms and C-shaped hands."""

from random import Random

from sample.drawing.solids import (
    Colour,
    Point,
    Solid,
    Solids,
    arc,
    box,
    cylinder,
    joined,
    limb,
    mirrored,
    moved,
    patch,
    path,
    prism,
    turned,
)
from sample.models.minifigures.heads import head
from sample.models.minifigures.items import ITEMS
from sample.models.minifigures.prints import NECK, PRINTS, WAIST
from sample.models.minifigures.roles import Dress, Pose, dressed, posed, roles

HIP = 1.48
BOOT = path("-0.46,0.38 0.46,0.38 0.46,0.62 -0.46,0.62")
SHOULDER: Point = (0.78, 0.0, 3.12)
# The arm's joints and its hand, from the shoulder.
ELBOW: Point = (0.3, 0.02, -0.56)
WRIST: Point = (0.32, -0.44, -0.92)
HAND: Point = (0.32, -0.66, -1.08)


def person(role: str, rng: Random) -> Solids:
    """Return a figure of a role, a key of roles(), in a random dress and pose."""
    return figure(dressed(role, rng), posed(rng), rng)


def anyone(rng: Random) -> Solids:
    """Return a figure of a random role."""
    return person(rng.choice(sorted(roles())), rng)


def figure(dress: Dress, pose: Pose, rng: Random) -> Solids:
    """Return a figure that stands on the origin and faces the viewer."""
    legs = [skirt(dress)] if dress.skirt else [*leg(dress, -1, pose.right_leg), *leg(dress, 1, pose.left_leg)]
    parts = [*legs, hips(dress), torso(dress, rng)]
    parts += arm(dress, -1, pose.right_arm, dress.right, rng) + arm(dress, 1, pose.left_arm, dress.left, rng)
    parts += moved(turned(head(dress, rng), "z", pose.head), z=NECK)
    if dress.cape:
        parts.append(cape(dress.cape))
    return turned(parts, "z", pose.turn)


def leg(dress: Dress, side: int, swing: float) -> Solids:
    """Return one leg with its foot; side: -1 or 1; swing: forward about the hip, in degrees."""
    round_top = [(0.04 + 0.38 * x, HIP + 0.38 * z) for x, z in arc(0, 180, 6)]
    profile = [(-0.62, 0), (0.42, 0), (0.42, HIP), *round_top[1:-1], (-0.34, HIP), (-0.34, 0.36), (-0.62, 0.36)]
    parts = turned(prism(profile, 0.94, dress.legs), "z", 90)
    if dress.print == "armour":
        parts = [joined([*parts, patch([(s, -0.345, z) for s, z in BOOT], dress.trim)], parts[0].box)]
    swung = moved(turned(moved(parts, z=-HIP), "x", -swing), z=HIP)
    return moved(swung, x=side * 0.5)


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


def arm(dress: Dress, side: int, swing: float, item: str, rng: Random) -> Solids:
    """Return one arm with its hand and item; side: -1 or 1; swing: forward about the shoulder, in degrees."""
    sleeve = joined([limb((0, 0, 0), ELBOW, 0.28, dress.arms, 0.25), limb(ELBOW, WRIST, 0.25, dress.arms, 0.22)])
    parts = [sleeve, *moved(turned(hand(dress.skin), "x", 37), *HAND)]
    if item != "-":
        parts += moved(turned(ITEMS[item](rng), "x", 37), *HAND)
    swung = turned(turned(parts, "x", -swing), "z", 6)
    placed = moved(swung, *SHOULDER)
    return placed if side > 0 else mirrored(placed)


def hand(skin: Colour) -> Solid:
    """Return a C-shaped hand whose hole is upright."""
    outer = [(0.29 * x, 0.29 * y) for x, y in arc(-40, 220, 9)]
    inner = [(0.17 * x, 0.17 * y) for x, y in arc(220, -40, 6)]
    ring = turned(prism([*outer, *inner], 0.36, skin, edged=False), "x", 90)
    wrist = moved(turned(cylinder(0.15, 0.35, skin, 10), "x", -90), y=0.15)
    return joined([*ring, *wrist])


def cape(colour: Colour) -> Solid:
    """Return a cape hanging from the shoulders."""
    outline = [(-1.25, 0.25), (1.25, 0.25), (0.8, NECK), (-0.8, NECK)]
    return moved(prism(outline, 0.08, colour), y=0.56)[0]
