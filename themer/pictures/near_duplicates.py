"""Near-duplicates: pictures whose perceptual hashes differ in few bits."""

from collections.abc import Iterator, Sequence

import numpy
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

HASH_BYTES = 32  # 256 bits, the length of `themer.pictures.images.perceptual_hash`


def near_pairs(
    perceptual_hashes: Sequence[str], duplicate_distance: int, first_rows: int | None = None
) -> list[tuple[int, int]]:
    """Return the pairs of positions whose hexadecimal hashes differ in at most `duplicate_distance` bits.

    Each hash is compared with all later ones at once. With `first_rows`, only pairs with one of the first `first_rows`
    positions are returned.
    """
    words, pairs = _bits(perceptual_hashes), []
    for row in range(len(words) if first_rows is None else first_rows):
        differing = numpy.bitwise_count(words[row + 1 :] ^ words[row]).sum(axis=1)
        pairs += [(row, row + 1 + int(later)) for later in numpy.flatnonzero(differing <= duplicate_distance)]
    return pairs


def neighbours(perceptual_hashes: Sequence[str], distance: int) -> Iterator[list[int]]:
    """Yield for each hash the positions of those that differ from it in at most `distance` bits, its own included."""
    # By word rather than by picture: a sixth of the time, since each sum then adds long rows.
    words = numpy.ascontiguousarray(_bits(perceptual_hashes).T)
    for position in range(len(perceptual_hashes)):
        differing = numpy.bitwise_count(words ^ words[:, position : position + 1]).sum(axis=0)
        yield numpy.flatnonzero(differing <= distance).tolist()


def connected(names: Sequence[str], pairs: list[tuple[int, int]]) -> list[int]:
    """Return the connected component of each position. Pairs of positions and equal names link them."""
    first, second = numpy.array(pairs + _pairs_of_equals(names), dtype=int).reshape(-1, 2).T
    graph = coo_matrix((numpy.ones(len(first)), (first, second)), shape=(len(names), len(names)))
    return [int(component) for component in connected_components(graph, directed=False)[1]]


def _bits(perceptual_hashes: Sequence[str]) -> numpy.ndarray:
    """Return hexadecimal hashes as uint64 words, shape [n, 4]."""
    octets = numpy.frombuffer(bytes.fromhex("".join(perceptual_hashes)), dtype=numpy.uint8)
    return octets.reshape(len(perceptual_hashes), HASH_BYTES).view(numpy.uint64)


def _pairs_of_equals(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return a pair of positions for each repeated name: its first position and this one."""
    first: dict[str, int] = {}
    return [(first[name], index) for index, name in enumerate(names) if first.setdefault(name, index) != index]
