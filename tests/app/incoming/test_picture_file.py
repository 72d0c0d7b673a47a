import random
import struct
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.incoming.picture_file import WORKING_PIXELS, Limits, Structure, open_picture, structure
from app.problem import Kind, Problem
from benchmarks.fuzz import mutated, originals
from benchmarks.mutated_pictures import DECODED, in_pipeline, on_page
from tests.app.uploads import encoded, frames
from tests.conftest import picture_bytes
from themer.pictures.images import decode

KINDS = ["JPEG", "PNG", "WEBP", "GIF", "BMP"]
MAXIMUM_BLOCKS = 1000
RED, BLUE, WHITE = (200, 30, 30), (20, 40, 220), (255, 255, 255)


def halves(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Return a picture whose upper half is red and whose lower half is blue."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (0, size[1] // 2, *size))
    return picture.convert(mode)


def png(width: int, height: int, data: bytes = b"", chunks: bytes = b"", bits: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gif_with_comment(sub_blocks: int) -> bytes:
    """Return a GIF with a comment of some sub-blocks of one byte each."""
    content = picture_bytes(kind="GIF")
    place = 13 + (3 << ((content[10] & 7) + 1))
    return content[:place] + b"!\xfe" + sub_blocks * b"\x01x" + b"\x00" + content[place:]


def refused(content: bytes, **limits: int) -> Problem:
    """Return the problem with a file, which has to be refused."""
    with pytest.raises(Problem) as caught:
        open_picture(content, Limits(**limits))
    return caught.value


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, int, int], by: int = 12) -> bool:
    return bool(np.abs(np.subtract(picture.getpixel(place), colour)).max() <= by)


@pytest.mark.parametrize("kind", KINDS)
def test_small_pictures_are_decoded_as_in_the_pipeline(kind):
    content = picture_bytes(seed=3, kind=kind)
    assert open_picture(content).tobytes() == decode(content).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_data_after_the_picture_is_ignored(kind):
    content = picture_bytes(seed=4, kind=kind)
    polyglot = content + b"PK\x03\x04<html><script>alert(1)</script>\xff\xda\xff\xda"
    assert open_picture(polyglot).tobytes() == open_picture(content).tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(40, 60), (2200, 3300)])
def test_png_of_every_mode_and_size(mode, size):
    opened = open_picture(encoded(halves(size).convert("L").convert("I;16") if mode == "I;16" else halves(size, mode)))
    assert opened.mode == "RGB" and max(opened.size) <= 2 * WORKING_PIXELS
    assert opened.width / opened.height == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize("size", [(40, 60), (2200, 3300)])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_jpeg_keeps_its_colours(mode, options, size):
    opened = open_picture(encoded(halves(size, mode), "JPEG", quality=95, **options))
    assert near(opened, (5, 5), RED) and near(opened, (5, opened.height - 5), BLUE)


@pytest.mark.parametrize("size", [(40, 60), (2200, 3300)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_turns_the_picture_upright(kind, size):
    exif = Image.Exif()
    exif[0x0112] = 6
    opened = open_picture(encoded(halves(size), kind, exif=exif))
    assert opened.width > opened.height
    assert near(opened, (5, 5), BLUE, 40) and near(opened, (opened.width - 5, 5), RED, 40)


def test_damaged_exif_does_not_matter():
    content = encoded(halves((40, 60)), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\xff\xff")
    assert open_picture(content).size == (40, 60)


@pytest.mark.parametrize("size", [(40, 60), (2200, 3300)])
def test_a_palette_with_transparency_is_put_on_white(size):
    picture = halves(size).quantize(4)
    picture.info["transparency"] = picture.getpixel((0, 0))
    opened = open_picture(encoded(picture))
    assert opened.getpixel((5, 5)) == WHITE and near(opened, (5, opened.height - 5), BLUE)


@pytest.mark.parametrize("size", [(40, 60), (2200, 3300)])
@pytest.mark.parametrize("mode", ["LA", "RGBA", "P", "L", "RGB"])
def test_transparent_pixels_show_the_fill_of_the_models_input(mode, size):
    options = {} if "A" in mode else {"transparency": (0, 0, 0) if mode == "RGB" else 0}
    content = encoded(Image.new(mode, size, 0), "PNG", **options)
    assert open_picture(content, fill=(10, 200, 30)).getpixel((7, 7)) == (10, 200, 30)


def test_odd_metadata_beside_the_orientation_does_not_matter():
    entries = struct.pack("<HHHI", 2, 0x0112, 3, 1) + b"\6\0\0\0" + struct.pack("<HHI", 0x8769, 2, 4) + b"odd\0"
    content = encoded(halves((40, 60)), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + entries + bytes(4))
    assert open_picture(content).size == (60, 40)


def test_sixteen_bits_are_scaled_not_clipped():
    grey = Image.fromarray(np.full((30, 30), 128 * 257, np.uint16))
    assert open_picture(encoded(grey)).getpixel((3, 3)) == (128, 128, 128)
    large = Image.fromarray(np.full((2100, 2100), 128 * 257, np.uint16))
    assert open_picture(encoded(large)).getpixel((3, 3)) == (128, 128, 128)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_is_used(kind):
    assert near(open_picture(frames(kind, 5)), (3, 3), (255, 0, 0))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_too_many_frames_are_refused(kind):
    problem = refused(frames(kind, 12), maximum_frames=11)
    assert (problem.status, problem.title) == (413, "Too many frames")
    assert open_picture(frames(kind, 11), Limits(maximum_frames=11))


def test_the_first_picture_of_several_cameras_is_used():
    assert near(open_picture(frames("MPO", 2)), (3, 3), (255, 0, 0))


@pytest.mark.parametrize(
    ("content", "status", "title"),
    [
        (b"", 422, "Empty file"),
        (b"hello", 415, "Not a picture"),
        (b"\x00" * 5000, 415, "Not a picture"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", 415, "Unsupported format"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", 415, "Unsupported format"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", 415, "Unsupported format"),
        (b"%PDF-1.7", 415, "Unsupported format"),
        (b"\xff\xd8\xff\xe0", 422, "Broken picture"),
    ],
)
def test_other_files_are_refused_with_advice(content, status, title):
    problem = refused(content)
    assert (problem.status, problem.title) == (status, title)
    assert problem.detail.endswith(".") and len(problem.detail) > 20


def test_other_formats_are_named():
    assert "iPhone" in refused(b"\x00\x00\x00\x18ftypheic").detail
    assert "Export it as PNG" in refused(b"<svg/>").detail
    assert "TIFF" in refused(encoded(halves((9, 9)), "TIFF")).detail


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_pictures_are_refused(kind):
    content = encoded(Image.effect_noise((90, 90), 80), kind)
    assert refused(content[: len(content) // 2]).title == Kind.BROKEN_PICTURE.title


def test_limits_hold_before_decoding():
    assert "2.0 MB" in refused(b"x" * 2_000_000, maximum_bytes=1_000_000).detail
    bomb = png(50_000, 50_000, zlib.compress(b"\0" * 100_000))
    assert refused(bomb).title == Kind.PICTURE_TOO_LARGE.title
    assert refused(png(12_000, 12_000)).title == Kind.PICTURE_TOO_LARGE.title
    assert "the limit is 25,000,000" in refused(png(5_000, 5_001)).detail
    assert "pixels on one side" in refused(png(30_001, 1)).detail


def test_a_bomb_of_text_is_refused():
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 50_000_000))
    assert refused(png(4, 4, zlib.compress(b"\0" * 20), chunks=text)).status in (415, 422)


def test_millions_of_tiny_blocks_are_refused_before_they_are_read():
    tiny = {
        "JPEG": b"\xff\xfe\x00\x03x",
        "GIF": b"!\xfe\x01x\x00",
    }
    for kind, block in tiny.items():
        content = picture_bytes(kind=kind)
        place = 2 if kind == "JPEG" else 13 + (3 << ((content[10] & 7) + 1))
        content = content[:place] + 1001 * block + content[place:]
        assert refused(content, maximum_blocks=1000).title == Kind.BROKEN_PICTURE.title
    assert refused(png(4, 4, chunks=1001 * chunk(b"tIME", b"")), maximum_blocks=1000).title == Kind.BROKEN_PICTURE.title


def test_a_jpeg_with_hundreds_of_scans_is_refused():
    content = encoded(halves((400, 400)), "JPEG", progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]
    assert open_picture(content)
    assert refused(content[:-2] + 300 * scan + b"\xff\xd9", maximum_pixels=400 * 400).title == Kind.BROKEN_PICTURE.title


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_mutated_pictures_are_read_or_refused(kind, data):
    content = bytearray(picture_bytes(seed=5, kind=kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert open_picture(bytes(content)).mode == "RGB"
    except Problem as problem:
        assert 400 <= problem.status < 500


def test_pipeline_and_page_decode_the_same_of_500_mutated_pictures():
    """Each file is decoded or refused with a picture's error by both; any other exception fails the test."""
    sources, chance = list(originals()), random.Random(0)
    found = Counter(
        (in_pipeline(content), on_page(content)) for content in (mutated(chance, sources) for _ in range(500))
    )
    assert found["decoded", "decoded"] > 50
    assert all((pipeline == DECODED) == (page == DECODED) for pipeline, page in found)


def test_long_and_thin_pictures_are_read():
    assert open_picture(encoded(Image.new("RGB", (29_000, 1), RED))).height == 1


def test_frames_of_a_gif_and_scans_of_a_jpeg_are_counted():
    assert structure(frames("GIF", 5), MAXIMUM_BLOCKS).frames == 5
    assert structure(picture_bytes(kind="JPEG"), MAXIMUM_BLOCKS).scans == 1


def test_sub_blocks_of_a_gif_count_as_a_block_for_every_64():
    few, many = (structure(gif_with_comment(count), MAXIMUM_BLOCKS).blocks for count in (63, 640))
    assert many == few + 10


@pytest.mark.parametrize("content", [picture_bytes(kind="JPEG"), picture_bytes(kind="PNG"), frames("GIF", 5)])
def test_counting_stops_one_beyond_the_limit(content):
    assert structure(content, MAXIMUM_BLOCKS).blocks > 2
    assert structure(content, maximum_blocks=1).blocks == 2


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_other_formats_have_no_blocks(kind):
    assert structure(picture_bytes(kind=kind), MAXIMUM_BLOCKS) == Structure()
