import io
import struct
import zlib

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.conftest import picture_bytes
from themer.pictures.images import (
    PictureError,
    content_box,
    decode,
    encode_png,
    frame,
    identify,
    padded,
    perceptual_hash,
    square,
    upright_rgb,
)

RED = (200, 30, 30)


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def turned() -> Image.Exif:
    """Return EXIF data with the orientation of a quarter turn."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def halves() -> Image.Image:
    """Return a picture that differs from each of its turned and mirrored versions."""
    picture = Image.new("RGB", (60, 40), RED)
    picture.paste((20, 40, 220), (0, 0, 25, 15))
    return picture


def exif_bytes(values: dict[int, int | str | tuple[int, ...]]) -> bytes:
    """Return EXIF data with these values, which need not be of the types that the tags call for."""
    entries, data = b"", b""
    for tag, value in sorted(values.items()):
        if isinstance(value, str):
            kind, count, content = 2, len(value) + 1, value.encode() + b"\0"
        elif isinstance(value, tuple):
            kind, count, content = 3, len(value), struct.pack(f"<{len(value)}H", *value)
        else:
            kind, count, content = (3, 1, struct.pack("<H", value)) if 0 <= value < 65536 else (4, 1, packed_32(value))
        if len(content) > 4:
            place = struct.pack("<I", 14 + 12 * len(values) + len(data))
            content, data = place, data + content
        entries += struct.pack("<HHI", tag, kind, count) + content.ljust(4, b"\0")
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(values)) + entries + bytes(4) + data


def packed_32(value: int) -> bytes:
    """Return a number, negative ones too, as 32 bits."""
    return struct.pack("<I", value & 0xFFFFFFFF)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_known_format_becomes_rgb(kind):
    picture = decode(picture_bytes(kind=kind))
    assert (picture.mode, picture.size) == ("RGB", (60, 40))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK", "RGB"])
def test_every_mode_becomes_rgb(mode):
    content = encoded(Image.new(mode, (8, 8)), "JPEG" if mode == "CMYK" else "PNG")
    assert decode(content).mode == "RGB"


OPAQUE = (128, 128, 128, 255)
# A grey of 128 in every mode.
GREY = {
    "L": 128,
    "LA": (128, 255),
    "La": (128, 255),
    "P": OPAQUE[:3],
    "RGB": OPAQUE[:3],
    "RGBA": OPAQUE,
    "RGBa": OPAQUE,
    "RGBX": OPAQUE,
    "CMYK": (127, 127, 127, 0),
    "YCbCr": OPAQUE[:3],
    "LAB": (137, 128, 128),
    "HSV": (0, 0, 128),
    "F": 128.0,
    **dict.fromkeys(["I", "I;16", "I;16L", "I;16B", "I;16N"], 32896),
}


@pytest.mark.parametrize("mode", GREY)
def test_every_mode_that_pillow_knows_keeps_its_colour(mode):
    picture = upright_rgb(Image.new(mode, (4, 4), GREY[mode]), fill=RED)
    assert (picture.mode, picture.getpixel((1, 1))) == ("RGB", pytest.approx(OPAQUE[:3], abs=1))


@pytest.mark.parametrize("mode", ["LA", "La", "PA", "RGBA", "RGBa"])
def test_every_mode_with_transparency_is_put_on_the_fill_colour(mode):
    picture = Image.new(mode, (4, 4), 0)
    assert upright_rgb(picture, fill=RED).getpixel((1, 1)) == RED


# Bits, kind of colour, a row whose first pixel is transparent and whose last is not, and what makes it so.
TRANSPARENT = {
    "black and white": (1, 0, b"\x7f", [(b"tRNS", b"\0\0")]),
    "grey of 2 bits": (2, 0, b"\x90\0", [(b"tRNS", b"\0\2")]),
    "grey of 4 bits": (4, 0, b"\x5a\xaa\xaa\xaa", [(b"tRNS", b"\0\5")]),
    "grey of 8 bits": (8, 0, b"\x64" + bytes(7), [(b"tRNS", b"\0\x64")]),
    "grey of 16 bits": (16, 0, b"\x12\x34" + bytes(14), [(b"tRNS", b"\x12\x34")]),
    "RGB": (8, 2, b"\1\2\3" + bytes(21), [(b"tRNS", b"\0\1\0\2\0\3")]),
    "RGB of 16 bits": (16, 2, b"\1\1\2\2\3\3" + bytes(42), [(b"tRNS", b"\1\1\2\2\3\3")]),
    "a palette": (8, 3, b"\0" + b"\1" * 7, [(b"PLTE", b"\1\2\3\4\5\6"), (b"tRNS", b"\0")]),
    "a palette of 4 bits": (4, 3, b"\1\x11\x11\x11", [(b"PLTE", b"\1\2\3\4\5\6"), (b"tRNS", b"\0")]),
    "grey with alpha of 16 bits": (16, 4, b"\x10\0\0\0" + b"\0\0\xff\xff" * 7, []),
    "RGB with alpha of 16 bits": (16, 6, bytes(8) + b"\0\0\0\0\0\0\xff\xff" * 7, []),
}


@pytest.mark.parametrize("case", TRANSPARENT)
def test_transparency_of_every_kind_of_png_shows_the_fill_colour(case):
    bits, colour, row, chunks = TRANSPARENT[case]
    header = (b"IHDR", struct.pack(">IIBBBBB", 8, 1, bits, colour, 0, 0, 0))
    parts = [header, *chunks, (b"IDAT", zlib.compress(b"\0" + row)), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    ]
    picture = decode(b"\x89PNG\r\n\x1a\n" + b"".join(packed), fill=RED)
    assert picture.getpixel((0, 0)) == RED and picture.getpixel((7, 0)) != RED


def test_transparent_pixels_become_white():
    layered = Image.new("RGBA", (4, 4), (*RED, 0))
    layered.putpixel((0, 0), (*RED, 255))
    picture = decode(encoded(layered))
    assert picture.getpixel((0, 0)) == RED and picture.getpixel((3, 3)) == (255, 255, 255)


def test_sixteen_bit_grey_is_scaled_and_not_clipped():
    grey = Image.fromarray(numpy.full((4, 4), 32896, numpy.uint16))
    assert decode(encoded(grey)).getpixel((0, 0)) == (128, 128, 128)


def test_exif_orientation_is_applied():
    assert decode(encoded(Image.new("RGB", (60, 40)), "JPEG", exif=turned())).size == (40, 60)


ODD_VALUES = {
    "text where a number belongs": {0x0102: "eight"},
    "a negative resolution": {0x0128: 2, 0x011A: -1},
    "a resolution that is text": {0x0128: 2, 0x011A: "7"},
    "a thumbnail's place outside the file": {0x0201: 4_000_000_000},
    "a section that isn't there": {0x8769: 4_000_000_000},
    "a list where a number belongs": {0x0128: (1, 2, 3)},
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("case", ODD_VALUES)
def test_odd_metadata_beside_a_valid_orientation_does_not_matter(case, kind):
    assert decode(encoded(halves(), kind, exif=exif_bytes({0x0112: 6, **ODD_VALUES[case]}))).size == (40, 60)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation):
    sent = Image.Exif()
    sent[0x0112] = orientation
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded(halves(), exif=sent))))
    assert decode(encoded(halves(), exif=exif_bytes({0x0112: orientation, 0x0102: "odd"}))).tobytes() == (
        expected.tobytes()
    )


@pytest.mark.parametrize("orientation", [0, 9, 65535, "6"])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    assert decode(encoded(halves(), "JPEG", exif=exif_bytes({0x0112: orientation}))).size == (60, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_damaged_exif_turns_nothing(kind):
    content = encoded(Image.new("RGB", (60, 40), RED), kind, exif=b"Exif\0\0damaged")
    assert decode(content).size == (60, 40)


def test_an_identified_picture_has_a_size_and_format_before_it_is_decoded():
    content = encoded(Image.new("RGB", (60, 40)), "JPEG", exif=turned())
    assert (identify(content).size, identify(content).format) == ((60, 40), "JPEG")
    # The header is complete, the pixels are not.
    assert identify(picture_bytes(size=(300, 300))[:2000]).size == (300, 300)


def test_an_identified_picture_turns_into_what_is_decoded():
    content = encoded(Image.new("RGBA", (60, 40), (*RED, 128)), "WEBP", exif=turned(), lossless=True)
    assert upright_rgb(identify(content)).tobytes() == decode(content).tobytes()
    assert upright_rgb(identify(content)).size == (40, 60)


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG whose header gives a size, with hardly any pixels."""
    content = encoded(Image.new("1", (1, 1)))
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]


UNUSABLE = {
    "an HTML page": (b"<!DOCTYPE html><title>Not here</title>", "not a supported image"),
    "nothing": (b"", "not a supported image"),
    "half a JPEG": (picture_bytes(size=(300, 300))[:2000], "truncated"),
    "a pixel": (encoded(Image.new("RGB", (1, 1))), "too small"),
    "too many pixels for Pillow": (png_of_size(20000, 20000), "too many pixels"),
    "too many pixels": (png_of_size(7100, 7100), "too many pixels"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a supported image"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_unusable_bytes_are_refused_by_kind(case):
    content, kind = UNUSABLE[case]
    with pytest.raises(PictureError, match=kind):
        decode(content, minimum_side_pixels=2)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_picture_errors(data):
    content = bytearray(picture_bytes(kind=data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert decode(bytes(content)).mode == "RGB"
    except PictureError as error:
        assert error.kind


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([32, 224]))
def test_a_squared_picture_is_centred_and_keeps_its_aspect_ratio(width, height, size):
    pixels = numpy.asarray(square(Image.new("RGB", (width, height), RED), size, (255, 255, 255)))
    rows, columns = numpy.nonzero(pixels[:, :, 1] < 200)
    assert pixels.shape == (size, size, 3)
    assert abs(max(1, min(width / height, 1) * size) - (columns.max() - columns.min() + 1)) <= 1.5
    assert abs(max(1, min(height / width, 1) * size) - (rows.max() - rows.min() + 1)) <= 1.5
    assert abs(rows.min() - (size - 1 - rows.max())) <= 1 and abs(columns.min() - (size - 1 - columns.max())) <= 1


@pytest.mark.parametrize(
    ("picture_size", "area"), [((60, 40), (0, 5, 32, 21)), ((40, 60), (5, 0, 21, 32)), ((1000, 1), (0, 15, 32, 1))]
)
def test_a_frame_is_the_area_of_a_padded_picture(picture_size, area):
    left, top, width, height = frame(picture_size, 32)
    assert (left, top, width, height) == area
    pixels = numpy.asarray(padded(Image.new("RGB", picture_size, RED), 32, (0, 0, 0)))
    assert (pixels[top : top + height, left : left + width] == RED).all()
    assert pixels.any(axis=2).sum() == width * height


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(1, 90)] * 4), st.sampled_from(["white", "black", (240, 243, 239)]))
def test_a_margin_of_one_colour_changes_nothing(margin, colour):
    content = halves()
    assert square(ImageOps.expand(content, margin, colour), 64, RED).tobytes() == square(content, 64, RED).tobytes()


def test_the_margin_of_a_jpeg_is_none_of_its_content():
    picture = decode(encoded(ImageOps.expand(halves(), 64, "white"), "JPEG", quality=50))
    assert content_box(picture) == pytest.approx((64, 64, 124, 104), abs=16)


def test_a_margin_begins_at_the_top_left_pixel():
    assert content_box(ImageOps.expand(halves(), (0, 0, 10, 10), "white")) == (0, 0, 70, 50)
    assert content_box(ImageOps.expand(halves(), (10, 0, 0, 0), "white")) == (10, 0, 70, 40)


@pytest.mark.parametrize(("speck", "is_content"), [(0, False), (1, False), (24, False), (25, True)])
def test_a_speck_is_no_content(speck, is_content):
    picture, box = Image.new("RGB", (200, 100), "white"), (80, 40, 80 + speck, 40 + speck)
    picture.paste("black", box)
    assert content_box(picture) == (box if is_content else (0, 0, 200, 100))


@pytest.mark.parametrize(("deviation", "is_content"), [(16, False), (17, True)])
def test_a_margin_may_deviate_a_little(deviation, is_content):
    picture = Image.new("RGB", (40, 40), (200, 200, 200))
    picture.paste((200, 200 - deviation, 200), (10, 10, 30, 30))
    assert content_box(picture) == ((10, 10, 30, 30) if is_content else (0, 0, 40, 40))


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_margin_has_the_colour_of_the_fill(kind):
    picture = ImageOps.expand(halves().convert("RGBA"), 20, (0, 0, 0, 0))
    assert content_box(decode(encoded(picture, kind), fill=(1, 2, 3))) == (20, 20, 80, 60)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1)])
def test_the_thinnest_picture_is_all_content(size):
    assert content_box(Image.new("RGB", size, RED)) == (0, 0, *size)


def test_png_keeps_every_pixel():
    picture = decode(picture_bytes())
    assert decode(encode_png(picture)).tobytes() == picture.tobytes()


def test_the_hash_is_near_for_a_near_duplicate_and_far_for_another_picture():
    original = decode(picture_bytes(3, (200, 160)))
    duplicate = decode(encoded(original.resize((150, 120)), "JPEG", quality=60))
    bits = [
        int(perceptual_hash(picture), 16) for picture in (original, duplicate, decode(picture_bytes(4, (200, 160))))
    ]
    assert (bits[0] ^ bits[1]).bit_count() <= 24 < (bits[0] ^ bits[2]).bit_count()
