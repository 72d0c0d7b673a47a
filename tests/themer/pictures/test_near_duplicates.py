from themer.pictures.near_duplicates import connected, near_pairs, neighbours


def test_the_distance_counts_bits():
    hashes = ["0" * 64, "0" * 63 + "3", "f" * 64]
    assert near_pairs(hashes, 1) == []
    assert near_pairs(hashes, 2) == [(0, 1)]
    assert near_pairs(hashes, 254) == [(0, 1), (1, 2)]
    assert near_pairs(hashes, 256) == [(0, 1), (0, 2), (1, 2)]


def test_first_rows_limits_the_pairs_to_those_with_a_first_row():
    hashes = ["0" * 64, "f" * 64, "0" * 64, "f" * 64, "0" * 64]
    assert near_pairs(hashes, 0) == [(0, 2), (0, 4), (1, 3), (2, 4)]
    assert near_pairs(hashes, 0, first_rows=1) == [(0, 2), (0, 4)]
    assert near_pairs([], 0) == []


def test_pairs_and_equal_names_connect():
    first, second, third, fourth, last = connected(["a", "b", "c", "b", "d"], [(0, 1)])
    assert first == second == fourth and len({first, third, last}) == 3


def test_nothing_has_no_components():
    assert connected([], []) == []


def test_neighbours_are_the_positions_of_near_hashes():
    hashes = ["0" * 64, "0" * 63 + "3", "f" * 64]
    assert list(neighbours(hashes, 2)) == [[0, 1], [0, 1], [2]]
    assert list(neighbours(hashes, 256)) == [[0, 1, 2]] * 3
    assert list(neighbours([], 2)) == []
