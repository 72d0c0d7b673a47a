"""The sea: a pirate ship, a raft, an island, a motor boat."""

from random import Random

from sample.drawing import colours as c
from sample.drawing.solids import Solids, box, cylinder, ellipsoid, group, lathe, limb, moved, path, prism, turned
from sample.models.bricks import brick
from sample.models.minifigures.figures import person


def pirate_ship(rng: Random) -> Solids:
    """Return a sailing ship with masts, striped sails and pirates."""
    hull, sail = rng.choice((c.BROWN, c.BLACK, c.DARK_RED)), rng.choice((c.RED, c.BLACK, c.BLUE))
    side = path("-9,3.4 -6,0 6,0 9,3.8 9,6 5.6,6 5.6,3.8 -4.6,3.8 -5.2,5.2 -9.6,5.2")
    parts = [prism(side, 5, hull), *moved(prism(path("-9.2,3.2 9.1,3.4 9.1,4 -9.4,3.8"), 5.1, c.YELLOW))]
    for x, height in ((-3.2, 12), (3, 14)):
        parts += moved(cylinder(0.3, height - 3, c.BROWN, 10), x, 0, 3.8)
        for k in range(5):
            parts += moved(
                prism(path("-2.8,0 2.8,0 2.7,1.15 -2.7,1.15"), 0.2, c.WHITE if k % 2 else sail),
                x,
                -0.5,
                height - 7 + 1.2 * k,
            )
    parts += [limb((-9, 0, 5), (-13, 0, 7), 0.25, c.BROWN), *moved(box(1.8, 0.1, 1.3, c.BLACK), 4.2, 0, 13.6)]
    parts += group(moved(turned(cylinder(0.4, 1, c.BLACK, 10), "x", 90), x, -2.4, 2.2) for x in (-3.4, 0, 3.4))
    return parts + moved(person("Pirate Captain", rng), 7, 0, 6) + moved(person("Sailor", rng), -6.8, 0, 5.2)


def raft(rng: Random) -> Solids:
    """Return a raft of logs with a sail."""
    logs = group(moved(turned(cylinder(0.6, 8, c.BROWN, 12), "y", 90), -4, -2.4 + 1.2 * k, 0.6) for k in range(5))
    sail = prism(path("-2.6,0 2.6,0 2,4.6 -2,4.6"), 0.15, rng.choice((c.WHITE, c.RED, c.TAN)))
    return (
        logs
        + moved(cylinder(0.25, 7.4, c.BROWN, 10), 1, 0.6, 1.2)
        + moved(sail, 1, 0.2, 3.2)
        + moved(person(rng.choice(("Pirate Captain", "Sailor")), rng), -2, 0, 1.2)
    )


def island(rng: Random) -> Solids:
    """Return an island with a palm, a chest and a pirate."""
    parts = [brick(14, 10, c.AZURE, 0.2), *moved(lathe(path("5,0 4.2,0.8 2.4,1.2"), c.TAN, 14), z=0.2)]
    trunk = [
        limb(
            (1.6 + 0.25 * k * k / 4, 1, 1 + 1.2 * k),
            (1.6 + 0.25 * (k + 1) ** 2 / 4, 1, 2.2 + 1.2 * k),
            0.34,
            c.BROWN,
            0.28,
        )
        for k in range(5)
    ]
    leaves = group(
        moved(turned(turned(moved(ellipsoid(1.6, 0.5, 0.1, c.GREEN, 10), x=1.5), "y", 20), "z", 60 * k), 3.2, 1, 7.3)
        for k in range(6)
    )
    chest = [box(2, 1.3, 1, c.BROWN), *moved(box(2.1, 1.4, 0.3, c.GOLD), z=1)]
    return parts + trunk + leaves + moved(chest, -0.6, -2.2, 1) + moved(person("Pirate Captain", rng), -2.6, -0.8, 1.2)


def boat(rng: Random) -> Solids:
    """Return a motor boat."""
    colour = rng.choice((c.WHITE, c.RED, c.BLUE, c.YELLOW))
    hull = prism(path("-8,2.4 -5,0 6,0 6.4,2.4"), 4.4, colour)
    parts = [hull, *moved(prism(path("-7.6,2 6.3,2 6.4,2.5 -8,2.5"), 4.6, rng.choice((c.RED, c.BLACK, c.YELLOW))))]
    return (
        parts
        + moved([brick(4, 3, c.WHITE, 2), *moved(brick(5, 4, colour, 0.4), z=2)], 1.4, 0, 2.5)
        + moved(box(0.1, 2.6, 1.2, c.GLASS), -0.7, 0, 3)
        + moved(person("Sailor", rng), -3, 0, 2.4)
    )
