"""A set's picture file: drawn from the set's number alone, with the oddity that the catalogue gives the set."""

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from sample.drawing.rendering import Frame, drawn
from sample.models.designs import design
from sample.services.catalogue import SEED, LegoSet

# The sizes that Brick Insights offers: (width, height) in pixels; the side that is None follows from the other.
SIZES: dict[str, tuple[int | None, int | None]] = {
    "small": (None, 100),
    "medium": (None, 200),
    "large": (None, 400),
    "teaser": (None, 240),
    "teaser_compact": (None, 120),
    "generic140xn": (140, None),
    "generic200xn": (200, None),
    "genericnx400": (None, 400),
    "original": (None, 400),
}


def media_type(lego_set: LegoSet) -> str:
    """Return the media type of a set's picture at Brick Insights."""
    return "image/png" if lego_set.oddity == "transparent" else "image/jpeg"


@lru_cache(maxsize=32)
def picture(lego_set: LegoSet, service: str, size: str) -> bytes:
    """Return the file of a set's picture at a service ("brick insights" or "rebrickable").

    size: a key of SIZES; Rebrickable's pictures have one size and ignore it.
    """
    rng = Random(f"{SEED}:{lego_set.number}:{service}")
    if service == "rebrickable":
        return jpeg(rendered(lego_set, rng), rng)
    if lego_set.oddity == "stand-in":
        # One seed for all of them, so that every stand-in is the same file.
        return jpeg(resized(no_image(), size), Random(SEED))
    return encoded(resized(rendered(lego_set, rng), size), lego_set.oddity, rng)


def rendered(lego_set: LegoSet, rng: Random) -> Image.Image:
    """Return the picture of a set's design, 400 px high, with the finish of this service and release."""
    solids, camera, frame = design(lego_set.kind, lego_set.subject, Random(f"{SEED}:{lego_set.design_of}"))
    image = drawn(solids, camera, Frame(shadow=0) if lego_set.oddity == "transparent" else frame)
    return finished(image, rng, 1.0 if lego_set.design_of == lego_set.number else 2.0)


def finished(image: Image.Image, rng: Random, strength: float) -> Image.Image:
    """Return the picture slightly brighter, more saturated and cropped closer; a white background stays white."""
    for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhancer(image).enhance(1 + rng.uniform(0, 0.05) * strength)
    cut = round(rng.uniform(0, 0.018) * strength * image.height)
    closer = image.crop((cut, cut, image.width - cut, image.height - cut))
    return closer.resize(image.size, Image.Resampling.BICUBIC)


def resized(image: Image.Image, size: str) -> Image.Image:
    """Return the picture in one of SIZES."""
    width, height = SIZES[size]
    if height == image.height:
        return image
    factor = height / image.height if height else (width or image.width) / image.width
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS)


def encoded(image: Image.Image, oddity: str, rng: Random) -> bytes:
    """Return the picture's file with an oddity, or a plain JPEG if the oddity does not concern the file."""
    if oddity == "truncated":
        whole = jpeg(image, rng)
        return whole[: len(whole) // 2]
    if oddity == "pixel":
        return jpeg(Image.new("RGB", (1, 1), "white"), rng)
    if oddity == "rotated":
        exif = Image.Exif()
        exif[0x0112] = 6  # orientation: viewers turn the picture a quarter clockwise
        return jpeg(image.transpose(Image.Transpose.ROTATE_90), rng, exif=exif)
    if oddity == "transparent":
        return transparent(image)
    mode = {"cmyk": "CMYK", "gray": "L"}.get(oddity, "RGB")
    return jpeg(image.convert(mode), rng)


def jpeg(image: Image.Image, rng: Random, **options: object) -> bytes:
    """Return the picture as a JPEG of random quality."""
    file = BytesIO()
    image.save(file, "JPEG", quality=rng.randint(78, 93), **options)
    return file.getvalue()


def transparent(image: Image.Image) -> bytes:
    """Return the picture as a PNG whose white background becomes transparent black."""
    # Steep, so that only the background and the softest shadows are clear.
    opacity = ImageOps.invert(image.convert("L")).point(lambda v: min(255, v * 12))
    clear = Image.new("RGBA", image.size)
    clear.paste(image, mask=opacity)
    file = BytesIO()
    clear.save(file, "PNG")
    return file.getvalue()


def no_image() -> Image.Image:
    """Return the stand-in for a missing picture: an empty frame with a crossed-out brick."""
    image = Image.new("RGB", (400, 400), (236, 238, 240))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((110, 170, 290, 270), 8, outline=(170, 175, 180), width=8)
    for x in (135, 225):
        draw.rounded_rectangle((x, 145, x + 40, 172), 4, outline=(170, 175, 180), width=8)
    draw.line((90, 300, 310, 120), fill=(170, 175, 180), width=10)
    return image
