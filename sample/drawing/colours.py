"""LEGO's colours by their BrickLink names, and the palettes that designs choose from."""

from sample.drawing.solids import Colour

WHITE: Colour = (232, 234, 236)
LIGHT_GRAY: Colour = (163, 170, 175)
DARK_GRAY: Colour = (99, 104, 110)
BLACK: Colour = (38, 40, 44)
RED: Colour = (201, 26, 9)
DARK_RED: Colour = (120, 18, 28)
ORANGE: Colour = (245, 128, 24)
YELLOW: Colour = (247, 206, 40)
LIGHT_YELLOW: Colour = (251, 230, 140)
LIME: Colour = (176, 206, 40)
GREEN: Colour = (35, 130, 60)
BRIGHT_GREEN: Colour = (75, 170, 70)
DARK_GREEN: Colour = (30, 82, 52)
SAND_GREEN: Colour = (150, 178, 155)
BLUE: Colour = (0, 85, 185)
MEDIUM_BLUE: Colour = (95, 150, 212)
AZURE: Colour = (60, 178, 222)
LIGHT_BLUE: Colour = (165, 205, 232)
DARK_BLUE: Colour = (18, 52, 100)
PURPLE: Colour = (110, 55, 150)
LAVENDER: Colour = (188, 160, 212)
PINK: Colour = (244, 150, 190)
MAGENTA: Colour = (200, 50, 115)
TAN: Colour = (224, 200, 152)
DARK_TAN: Colour = (150, 134, 100)
BROWN: Colour = (105, 60, 36)
NOUGAT: Colour = (208, 145, 104)
GOLD: Colour = (206, 160, 60)
SILVER: Colour = (176, 182, 190)
GLASS: Colour = (176, 214, 232)
CHROME: Colour = (214, 220, 226)

CLASSIC = (RED, YELLOW, BLUE, GREEN, WHITE, BLACK)
BRICKS = (*CLASSIC, LIGHT_GRAY, DARK_GRAY, ORANGE, LIME, TAN, BROWN, AZURE, DARK_RED, SAND_GREEN, PINK, MEDIUM_BLUE)
BRIGHT = (RED, YELLOW, BLUE, BRIGHT_GREEN, ORANGE, LIME, AZURE, PINK, LAVENDER, WHITE)
MACHINE = (RED, YELLOW, BLUE, ORANGE, LIME, WHITE, GREEN, DARK_BLUE, AZURE, LIGHT_GRAY)
CLOTHES = (
    *CLASSIC,
    DARK_BLUE,
    DARK_RED,
    BROWN,
    TAN,
    PURPLE,
    DARK_GREEN,
    DARK_GRAY,
    LIGHT_GRAY,
    AZURE,
    ORANGE,
    LAVENDER,
)
HAIR = (BLACK, BROWN, (150, 82, 40), (226, 182, 92), (176, 70, 30), DARK_GRAY, YELLOW)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour that is a share (0..1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
