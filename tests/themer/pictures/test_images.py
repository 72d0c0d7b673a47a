import io
import struct
import zlib
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.conftest import picture_bytes
from themer.pictures.images import (
    PictureError,
    decode,
    encode_png,
    frame,
    identify,
    perceptual_hash,
    picture_path,
    set_of,
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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_known_format_becomes_rgb(kind):
    picture = decode(picture_bytes(kind=kind))
    assert (picture.mode, picture.size) == ("RGB", (60, 40))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK", "RGB"])
def test_every_mode_becomes_rgb(mode):
    content = encoded(Image.new(mode, (8, 8)), "JPEG" if mode == "CMYK" else "PNG")
    assert decode(content).mode == "RGB"


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
    "an HTML page": (b"<!DOCTYPE html><title>Not here</title>", "not an image"),
    "nothing": (b"", "not an image"),
    "half a JPEG": (picture_bytes(size=(300, 300))[:2000], "truncated"),
    "a pixel": (encoded(Image.new("RGB", (1, 1))), "too small"),
    "too many pixels for Pillow": (png_of_size(20000, 20000), "too many pixels"),
    "too many pixels": (png_of_size(7100, 7100), "too many pixels"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not an image"),
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
def test_a_frame_is_the_area_of_a_picture_in_its_square(picture_size, area):
    left, top, width, height = frame(picture_size, 32)
    assert (left, top, width, height) == area
    pixels = numpy.asarray(square(Image.new("RGB", picture_size, RED), 32, (0, 0, 0)))
    assert (pixels[top : top + height, left : left + width] == RED).all()
    assert pixels.any(axis=2).sum() == width * height


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


@pytest.mark.parametrize("set_id", ["../../etc/passwd", "a/b", "700.B.1-1", "ü-1"])
def test_no_set_number_leads_out_of_the_folder(tmp_path, set_id):
    path = picture_path(tmp_path, set_id)
    path.write_bytes(b"")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_path_of_a_picture_gives_its_set(set_id):
    assert set_of(picture_path(Path("pictures"), set_id)) == set_id
