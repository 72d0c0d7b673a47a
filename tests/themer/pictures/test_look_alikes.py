import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.conftest import REAL_DATA
from themer.catalogue.sets import number_without_variant
from themer.pictures.images import decode, perceptual_hash
from themer.pictures.ledger import digest_of
from themer.pictures.look_alikes import Kept, look_alikes

COLOURS = ["red", "blue", "green", "yellow", "orange", "purple"]


def no_image() -> Image.Image:
    """Return a placeholder: a frame with two words in it."""
    picture = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(picture).rectangle((60, 90, 240, 210), outline="grey", width=6)
    ImageDraw.Draw(picture).text((80, 135), "No image", fill="grey", font_size=35)
    return picture


def brick(colour: str) -> Image.Image:
    """Return a brick on white: the same shape for each colour."""
    picture = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(picture).rectangle((60, 130, 240, 210), fill=colour)
    for left in (80, 150, 210):
        ImageDraw.Draw(picture).rectangle((left, 110, left + 20, 130), fill=colour)
    return picture


def kept(folder: Path, pictures: dict[str, Image.Image], qualities: list[int]) -> dict[str, Kept]:
    """Write pictures, named by their sets, in one quality after another; return them by their digests."""
    found = {}
    for number, (set_id, picture) in enumerate(pictures.items()):
        buffer, path = io.BytesIO(), folder / f"{set_id}.jpg"
        picture.save(buffer, "JPEG", quality=qualities[number % len(qualities)])
        path.write_bytes(buffer.getvalue())
        hashed = perceptual_hash(decode(buffer.getvalue()))
        found[digest_of(buffer.getvalue())] = Kept(hashed, path, {number_without_variant(set_id)})
    return found


def test_a_placeholder_that_was_compressed_anew_for_each_set_is_one(tmp_path):
    pictures = kept(tmp_path, {f"{number}-1": no_image() for number in range(14)}, list(range(50, 92, 3)))
    assert len(pictures) == 14
    assert look_alikes(pictures, set(), 5) == {*pictures}
    assert look_alikes(pictures, set(), 15) == set()


def test_a_placeholder_in_several_sizes_is_one(tmp_path):
    sizes = [(side, side) for side in (200, 250, 300, 400, 500)]
    pictures = {f"{number}-1": no_image().resize(size) for number, size in enumerate(sizes)}
    found = kept(tmp_path, pictures, [85])
    assert look_alikes(found, set(), 5) == {*found}


def test_one_shape_in_several_colours_is_no_placeholder(tmp_path):
    pictures = kept(tmp_path, {f"{number}-1": brick(colour) for number, colour in enumerate(COLOURS)}, [85])
    hashes = [int(one.perceptual_hash, 16) for one in pictures.values()]
    assert max((one ^ hashes[0]).bit_count() for one in hashes) <= 24
    assert look_alikes(pictures, set(), 5) == set()


def test_variants_of_one_number_are_no_placeholder(tmp_path):
    pictures = kept(tmp_path, {f"71025-{number}": no_image() for number in range(1, 9)}, list(range(60, 92, 4)))
    assert len(pictures) == 8 and look_alikes(pictures, set(), 5) == set()


def test_a_new_copy_of_a_known_placeholder_is_one(tmp_path):
    pictures = kept(tmp_path, {"1-1": no_image(), "2-1": no_image(), "3-1": brick("red")}, [70, 80, 90])
    first, second, _ = pictures
    assert look_alikes(pictures, {second}, 5) == {first, second}


def test_a_file_that_is_gone_or_damaged_is_like_no_other(tmp_path):
    pictures = kept(tmp_path, {f"{number}-1": no_image() for number in range(6)}, list(range(60, 90, 5)))
    (tmp_path / "0-1.jpg").unlink()
    (tmp_path / "1-1.jpg").write_bytes(b"damaged")
    assert look_alikes(pictures, set(), 4) == {*list(pictures)[2:]}


@pytest.mark.skipif(not REAL_DATA.exists(), reason="needs real pictures")
def test_no_real_picture_is_a_placeholder():
    pictures = {}
    for path in sorted((REAL_DATA / "brick_insights" / "images").glob("100*.jpg")):
        hashed = perceptual_hash(decode(path.read_bytes()))
        pictures[path.stem] = Kept(hashed, path, {number_without_variant(path.stem)})
    assert look_alikes(pictures, set(), 3) == set()
