"""Bricks, plates, slopes, windows and plain wheels: the parts that every kind of set shares."""

from sample.drawing import colours as c
from sample.drawing.solids import (
    Colour,
    Solid,
    Solids,
    box,
    disc,
    group,
    joined,
    lathe,
    moved,
    over,
    path,
    prism,
    turned,
)

BRICK = 1.2
GAP = 0.03


def studs(width: int, depth: int, height: float, colour: Colour, segments: int = 14) -> Solids:
    """Return a grid of studs, one per unit, centred on the z axis, with their feet at a height."""
    stud = over(lathe(path("0.31,0 0.31,0.17 0.28,0.21"), colour, segments))
    places = [(x - (width - 1) / 2, y - (depth - 1) / 2) for y in range(depth) for x in range(width)]
    return [moved(stud, x, y, height)[0] for x, y in places]


def brick(width: int, depth: int, colour: Colour, height: float = BRICK, studded: bool = True) -> Solid:
    """Return a brick of width x depth studs on the origin; a plate or tile has another height or no studs."""
    body = box(width - GAP, depth - GAP, height - GAP, colour)
    return joined([body, *(studs(width, depth, height - GAP, colour) if studded else [])], body.box)


def slope(width: int, depth: int, colour: Colour, height: float = BRICK) -> Solid:
    """Return a roof brick: one row of studs at the back, and a slope down to a low front edge."""
    back, front = depth / 2, -depth / 2
    profile = ((front, 0), (back, 0), (back, height), (back - 1, height), (front, 0.25))
    body = turned(prism(profile, width - GAP, colour), "z", 90)
    return joined([*body, *moved(studs(width, 1, height, colour), 0, back - 0.5)], body[0].box)


def round_brick(colour: Colour, height: float = BRICK) -> Solid:
    """Return a round 1 x 1 brick."""
    body = lathe(((0.4, 0), (0.4, 0.2), (0.49, 0.2), (0.49, height)), colour)
    return joined([body, *studs(1, 1, height, colour)], body.box)


def both_sides(marks: Solids) -> Solids:
    """Return the marks on a part's front, and a copy of them on its back."""
    return [*marks, *turned(marks, "z", 180)]


def window(width: int, height: float, colour: Colour) -> Solids:
    """Return a window: glass in a frame with a bar."""
    pane = moved(box(width - 0.3, 0.1, height - 0.3, c.GLASS), z=0.15)
    posts = group(moved(box(0.2, 0.5, height, colour), x) for x in (-width / 2 + 0.12, 0, width / 2 - 0.12))
    rails = group(moved(box(width, 0.5, 0.2, colour), z=z) for z in (0, height / 2, height - 0.2))
    frame = joined([*pane, *posts, *rails])
    return [frame]


def road_wheel(radius: float, width: float, hub: Colour) -> Solid:
    """Return a plain wheel in the plane y = 0, about the origin."""
    w = width / 2
    profile = [
        (radius * 0.6, -w),
        (radius * 0.9, -w),
        (radius, -w * 0.5),
        (radius, w * 0.5),
        (radius * 0.9, w),
        (radius * 0.6, w),
    ]
    tyre = turned(lathe(profile, (48, 50, 54), 22), "x", 90)[0]
    face = -w - 0.01
    marks = [
        disc((0, face, 0), radius * 0.6, hub, 1, 18),
        disc((0, face, 0), radius * 0.22, c.mixed(hub, c.BLACK, 0.35), 2, 10),
    ]
    return joined([tyre, *both_sides(marks)], tyre.box)


def four_wheels(length: float, half_width: float, radius: float, hub: Colour) -> Solids:
    """Return the wheels of a small vehicle, standing on the ground."""
    return group(
        moved(road_wheel(radius, 0.7, hub), x, s * half_width, radius)
        for x in (-length / 2, length / 2)
        for s in (-1, 1)
    )
