import pytest

from app.incoming.file_structure import Structure, structure
from tests.app.uploads import frames
from tests.conftest import picture_bytes

MAXIMUM = 1000


def gif_with_comment(sub_blocks: int) -> bytes:
    """Return a GIF with a comment of some sub-blocks of one byte each."""
    content = picture_bytes(kind="GIF")
    place = 13 + (3 << ((content[10] & 7) + 1))
    return content[:place] + b"!\xfe" + sub_blocks * b"\x01x" + b"\x00" + content[place:]


def test_frames_of_a_gif_and_scans_of_a_jpeg_are_counted():
    assert structure(frames("GIF", 5), MAXIMUM).frames == 5
    assert structure(picture_bytes(kind="JPEG"), MAXIMUM).scans == 1


def test_sub_blocks_of_a_gif_count_as_a_block_for_every_64():
    few, many = (structure(gif_with_comment(count), MAXIMUM).blocks for count in (63, 640))
    assert many == few + 10


@pytest.mark.parametrize("content", [picture_bytes(kind="JPEG"), picture_bytes(kind="PNG"), frames("GIF", 5)])
def test_counting_stops_one_beyond_the_limit(content):
    assert structure(content, MAXIMUM).blocks > 2
    assert structure(content, maximum_blocks=1).blocks == 2


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_other_formats_have_no_blocks(kind):
    assert structure(picture_bytes(kind=kind), MAXIMUM) == Structure()
