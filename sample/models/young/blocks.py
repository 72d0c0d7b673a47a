"""Big bricks with hollow studs."""

from sample.drawing import colours as c
from sample.drawing.solids import Colour, Solid, Solids, arc, cylinder, joined, lathe, moved, over, path, prism
from sample.models.bricks import GAP

HIGH = 1.2


def fat_studs(width: int, depth: int, height: float, colour: Colour) -> Solids:
    """Return a grid of hollow studs, one per unit, centred on the z axis, with their feet at a height."""
    rim = lathe(path("0.32,0 0.32,0.24 0.29,0.29 0.21,0.29"), colour, 16)
    hollow = over(moved(cylinder(0.21, 0.3, c.mixed(colour, c.BLACK, 0.3), 14))[0], 1)
    stud = over(joined([rim, hollow]), 1)
    return [
        moved(stud, x - (width - 1) / 2, y - (depth - 1) / 2, height)[0] for y in range(depth) for x in range(width)
    ]


def block(width: int, depth: int, colour: Colour, height: float = HIGH, studded: bool = True) -> Solid:
    """Return a big brick of width x depth studs with bevelled upper edges, standing on the origin."""
    w, h = (width - GAP) / 2, height - GAP
    outline = [(-w, 0), (w, 0), (w, h - 0.07), (w - 0.07, h), (-w + 0.07, h), (-w, h - 0.07)]
    body = prism(outline, depth - GAP, colour)
    return joined([body, *(fat_studs(width, depth, h, colour) if studded else [])], body.box)


def curved_block(colour: Colour) -> Solid:
    """Return a 2 x 2 brick with an arched top."""
    return prism([(1, 0), *((0.97 * x, 0.5 + 0.9 * z) for x, z in arc(0, 180, 8)), (-1, 0)], 2 - GAP, colour)
