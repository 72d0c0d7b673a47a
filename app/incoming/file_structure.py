"""The structure of a picture file, parsed without decoding, to find files that would occupy a decoder for minutes.

A few megabytes can hold millions of blocks, each of which Pillow reads. They can also hold hundreds of scans, each of
which touches every pixel of a progressive JPEG
(https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

JPEG, PNG, GIF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")
# Of several 0xff bytes the last one starts the marker. A single one in the pattern keeps the search fast.
JPEG_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
GIF_EXTENSION, GIF_IMAGE = 0x21, 0x2C


@dataclass(frozen=True)
class Structure:
    """The number of blocks in a file, of scans in a JPEG, and of frames in a GIF. Counting stops at a limit."""

    blocks: int = 0
    scans: int = 0
    frames: int = 0


def structure(content: bytes, maximum_blocks: int) -> Structure:
    """Count the blocks of a JPEG, PNG or GIF, at most `maximum_blocks + 1`. Other formats count as no blocks."""
    if content.startswith(JPEG):
        return _counted(_jpeg_markers(content), maximum_blocks)
    if content.startswith(PNG):
        return _counted(_png_chunks(content), maximum_blocks)
    return _counted(_gif_blocks(content), maximum_blocks) if content.startswith(GIF) else Structure()


def _counted(kinds: Iterator[int], maximum: int) -> Structure:
    """Count blocks by their kinds."""
    blocks = scans = frames = 0
    for kind in kinds:
        blocks, scans, frames = blocks + 1, scans + (kind == START_OF_SCAN), frames + (kind == GIF_IMAGE)
        if blocks > maximum:
            break
    return Structure(blocks, scans, frames)


def _jpeg_markers(content: bytes) -> Iterator[int]:
    """Yield the marker of each segment, up to the end of the image; ITU-T T.81, annex B."""
    place = 2
    while (found := JPEG_MARKER.search(content, place)) and found[1][0] != END_OF_IMAGE:
        yield found[1][0]
        place = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")


def _png_chunks(content: bytes) -> Iterator[int]:
    """Yield 0 for each chunk; https://www.w3.org/TR/png-3/#5Chunk-layout."""
    place = len(PNG)
    while place + 8 <= len(content):
        yield 0
        place += 12 + int.from_bytes(content[place : place + 4], "big")


def _gif_blocks(content: bytes) -> Iterator[int]:
    """Yield the introducer of each block, and 0 for every 64 of its sub-blocks; GIF89a, sections 15 to 26."""
    place = 13 + _gif_colour_bytes(content[10:11])
    while place < len(content) and content[place] in (GIF_EXTENSION, GIF_IMAGE):
        yield content[place]
        place += 2 if content[place] == GIF_EXTENSION else 11 + _gif_colour_bytes(content[place + 9 : place + 10])
        sub_blocks = 0
        while place < len(content) and content[place]:
            place, sub_blocks = place + 1 + content[place], sub_blocks + 1
            if sub_blocks % 64 == 0:
                yield 0
        place += 1


def _gif_colour_bytes(flags: bytes) -> int:
    """Return the size in bytes of the colour table that these flags announce."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0
