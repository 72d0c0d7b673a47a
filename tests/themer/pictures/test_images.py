import io
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.conftest import picture_bytes
from themer.pictures.images import PictureError, decode, encode_png, perceptual_hash, picture_path, set_of, square

RED = (200, 30, 30)


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_usual_formats_become_rgb(kind):
    picture = decode(picture_bytes(kind=kind))
    assert (picture.mode, picture.size) == ("RGB", (60, 40))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16", "CMYK", "RGB"])
def test_every_mode_becomes_rgb(mode):
    content = encoded(Image.new(mode, (8, 8)), "TIFF" if mode == "CMYK" else "PNG")
    if mode == "CMYK":
        content = encoded(Image.new(mode, (8, 8)), "JPEG")
    assert decode(content).mode == "RGB"


def test_transparency_is_laid_on_white():
    layered = Image.new("RGBA", (4, 4), (*RED, 0))
    layered.putpixel((0, 0), (*RED, 255))
    picture = decode(encoded(layered))
    assert picture.getpixel((0, 0)) == RED and picture.getpixel((3, 3)) == (255, 255, 255)


def test_sixteen_bit_grey_is_scaled_not_clipped():
    grey = Image.fromarray(numpy.full((4, 4), 32896, numpy.uint16))
    assert decode(encoded(grey)).getpixel((0, 0)) == (128, 128, 128)


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif)).size == (40, 60)


TROUBLE = {
    "an HTML page": (b"<!DOCTYPE html><title>Not here</title>", "not an image"),
    "nothing": (b"", "not an image"),
    "half a JPEG": (picture_bytes(size=(300, 300))[:2000], "truncated"),
    "a pixel": (encoded(Image.new("RGB", (1, 1))), "too small"),
    "a bomb": (encoded(Image.new("1", (20000, 20000))), "too many pixels"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not an image"),
}


@pytest.mark.parametrize("case", TROUBLE)
def test_what_is_no_picture_is_told_by_kind(case):
    content, kind = TROUBLE[case]
    with pytest.raises(PictureError, match=kind):
        decode(content, minimum_side_pixels=2)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_bytes_never_raise_anything_else(data):
    content = bytearray(picture_bytes(kind=data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert decode(bytes(content)).mode == "RGB"
    except PictureError as error:
        assert error.kind


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([32, 224]))
def test_a_square_keeps_the_aspect_ratio_and_is_centred(width, height, size):
    pixels = numpy.asarray(square(Image.new("RGB", (width, height), RED), size, (255, 255, 255)))
    rows, columns = numpy.nonzero(pixels[:, :, 1] < 200)
    assert pixels.shape == (size, size, 3)
    assert abs(max(1, min(width / height, 1) * size) - (columns.max() - columns.min() + 1)) <= 1.5
    assert abs(max(1, min(height / width, 1) * size) - (rows.max() - rows.min() + 1)) <= 1.5
    assert abs(rows.min() - (size - 1 - rows.max())) <= 1 and abs(columns.min() - (size - 1 - columns.max())) <= 1


def test_png_keeps_every_pixel():
    picture = decode(picture_bytes())
    assert decode(encode_png(picture)).tobytes() == picture.tobytes()


def test_the_hash_stays_near_for_a_re_release_and_far_for_another_picture():
    original = decode(picture_bytes(3, (200, 160)))
    again = decode(encoded(original.resize((150, 120)), "JPEG", quality=60))
    bits = [int(perceptual_hash(picture), 16) for picture in (original, again, decode(picture_bytes(4, (200, 160))))]
    assert (bits[0] ^ bits[1]).bit_count() <= 24 < (bits[0] ^ bits[2]).bit_count()


@pytest.mark.parametrize("set_id", ["../../etc/passwd", "a/b", "700.B.1-1", "ü-1"])
def test_a_set_number_can_not_leave_the_folder(tmp_path, set_id):
    path = picture_path(tmp_path, set_id)
    path.write_bytes(b"")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_path_of_a_picture_tells_its_set(set_id):
    assert set_of(picture_path(Path("pictures"), set_id)) == set_id
