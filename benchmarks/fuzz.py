"""Send mutated pictures, mutated forms, and the largest accepted pictures: python -m benchmarks.fuzz

It asserts that each gets a prediction or a 4xx. It prints how often each occurred, the slowest request and the peak of
resident memory. The requests, with ten pictures each, go through the whole application but not through a socket.
"""

import argparse
import io
import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient
from PIL import Image
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import TestResponse

from app import create_app
from app.settings import Settings

PICTURES_PER_REQUEST = 10
LARGEST_SIDE, LARGEST_JPEG_SIDE = 5000, 7071
INTERESTING = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)
FOREIGN = (
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    b"%PDF-1.7",
    b"GIF",
    b"",
)


def main() -> None:
    """Print the outcomes, times and memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(), help="a project whose pipeline has run")
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--forms", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    Image.init()
    client = create_app(
        Settings(root=args.root, requests_per_minute=0, maximum_files=PICTURES_PER_REQUEST)
    ).test_client()
    assert client.get("/readyz").status_code == 200, "there is no model. Run: dvc repro"
    print(f"ready: {peak_megabytes():.0f} MB")
    outcomes, slowest = fuzz(client, args.pictures, random.Random(args.seed))
    print(f"{args.pictures} mutated pictures: {dict(outcomes.most_common())}")
    print(f"slowest request {slowest:.2f} s; peak {peak_megabytes():.0f} MB")
    print(f"{args.forms} mutated forms: {dict(fuzz_forms(client, args.forms, random.Random(args.seed)).most_common())}")
    for name, content in made_in_another_process():
        peak_megabytes()
        started = time.perf_counter()
        [outcome] = outcomes_of(client, [content])
        seconds = time.perf_counter() - started
        print(f"{name}, {len(content) / 1e6:.1f} MB: {outcome}, {seconds:.1f} s; peak {peak_megabytes():.0f} MB")


def fuzz(client: FlaskClient, pictures: int, chance: random.Random) -> tuple[Counter[str], float]:
    """Return how often mutated pictures had each outcome, and the seconds of the slowest request."""
    sources, outcomes, slowest = list(originals()), Counter[str](), 0.0
    for start in range(0, pictures, PICTURES_PER_REQUEST):
        count = min(PICTURES_PER_REQUEST, pictures - start)
        contents = [mutated(chance, sources) for _ in range(count)]
        started = time.perf_counter()
        outcomes.update(outcomes_of(client, contents))
        slowest = max(slowest, time.perf_counter() - started)
    return outcomes, slowest


def outcomes_of(client: FlaskClient, contents: list[bytes]) -> list[str]:
    """Send pictures in one request; return for each the title of its problem, or "predicted"."""
    body, content_type = encode_multipart_formdata([("image", ("picture", content)) for content in contents])
    response = post(client, body, content_type)
    if response.status_code != 200:
        return [json.loads(response.data)["title"]] * len(contents)
    assert all(400 <= entry["problem"]["status"] < 500 for entry in response.json if "problem" in entry)
    return [entry["problem"]["title"] if "problem" in entry else "predicted" for entry in response.json]


def fuzz_forms(client: FlaskClient, forms: int, chance: random.Random) -> Counter[str]:
    """Return how often mutated forms, with two pictures, had each outcome."""
    files = [("image", (f"{number}.jpg", content)) for number, content in enumerate(islice(originals(), 2))]
    body, content_type = encode_multipart_formdata(files, "boundary")
    responses = (post(client, mutated(chance, [body]), content_type) for _ in range(forms))
    return Counter("predicted" if one.status_code == 200 else json.loads(one.data)["title"] for one in responses)


def post(client: FlaskClient, body: bytes, content_type: str) -> TestResponse:
    """Send a form; return the response, which is asserted to be a prediction or a 4xx."""
    response = client.post("/api/predict", data=body, content_type=content_type)
    assert response.status_code == 200 or 400 <= response.status_code < 500, (response.status_code, response.text)
    return response


def originals() -> Iterator[bytes]:
    """Yield small pictures in every format and mode, with various options."""
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 4), np.uint8)
    colours = Image.fromarray(noise[..., :3])
    exif = Image.Exif()
    exif[0x0112] = 6
    modes = {mode: colours.convert(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK")}
    modes["I;16"] = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    for kind, names in {
        "PNG": "1 L LA P RGB RGBA I;16",
        "BMP": "1 L P RGB RGBA",
        "GIF": "1 L P",
        "WEBP": "RGB RGBA",
    }.items():
        for name in names.split():
            yield saved(modes[name], kind)
    for name in ("L", "RGB", "CMYK"):
        for options in ({}, {"progressive": True}, {"subsampling": 0, "exif": exif}, {"restart_marker_blocks": 2}):
            yield saved(modes[name], "JPEG", **options)
    for kind in ("GIF", "PNG", "WEBP", "MPO"):
        yield saved(colours, kind, save_all=True, append_images=[colours.rotate(90), colours.rotate(180)])
    yield saved(colours, "WEBP", lossless=True, exif=exif)
    yield saved(colours, "PNG", interlace=1, exif=exif)
    yield from FOREIGN


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return a picture's file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def mutated(chance: random.Random, sources: list[bytes]) -> bytes:
    """Return a file with a few mutations, most of them near its header."""
    content = bytearray(chance.choice(sources))
    for _ in range(chance.randint(1, 6)):
        place = int(len(content) * chance.random() ** chance.choice((1, 4)))
        kind = chance.randrange(7)
        if kind == 0:
            content[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            content[place : place + 4] = bytes(chance.choice(INTERESTING) for _ in range(chance.randint(1, 4)))
        elif kind == 2:
            del content[place : place + chance.randint(1, 64)]
        elif kind == 3:
            content[place:place] = chance.randbytes(chance.randint(1, 64))
        elif kind == 4:
            content[place:place] = content[place : place + chance.randint(1, 256)] * chance.randint(1, 20)
        elif kind == 5:
            other = chance.choice(sources)
            content[place:] = other[int(len(other) * chance.random()) :]
        elif chance.random() < 0.3:
            del content[place:]
    return bytes(content)


def made_in_another_process() -> list[tuple[str, bytes]]:
    """Return the largest pictures, made in another process so that making them takes no memory here."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(all_largest)


def all_largest() -> list[tuple[str, bytes]]:
    """Return the largest pictures."""
    return list(largest())


def largest() -> Iterator[tuple[str, bytes]]:
    """Yield pictures with the largest accepted number of pixels, in the formats that take the most memory."""
    side = LARGEST_SIDE
    for mode in ("RGBA", "LA", "P", "RGB"):
        picture = Image.new(mode, (side, side), 7)
        if mode == "P":
            picture.info["transparency"] = 7
        yield f"PNG {mode}", saved(picture, "PNG")
    yield "PNG of 16 bits", saved(Image.fromarray(np.zeros((side, side), np.uint16)), "PNG")
    for mode in ("RGB", "CMYK"):
        yield (
            f"progressive JPEG {mode}",
            saved(Image.new(mode, 2 * (LARGEST_JPEG_SIDE,)), "JPEG", progressive=True, subsampling=0),
        )
    yield "GIF", saved(Image.new("P", (side, side)), "GIF")
    yield "WebP", saved(Image.new("RGBA", (16_000, 1_562), (1, 2, 3, 4)), "WEBP", method=0)


def peak_megabytes() -> float:
    """Return the peak of this process's resident memory since the last call, and reset it (Linux)."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    Path("/proc/self/clear_refs").write_text("5")
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
