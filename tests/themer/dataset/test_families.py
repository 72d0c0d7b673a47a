from themer.dataset.families import families

FAR_APART = ["0" * 64, "f" * 64, "0f" * 32]


def test_variants_are_one_family():
    assert families(["8684-1", "8684-16", "8685-1"], FAR_APART, 24) == ["8684", "8684", "8685"]


def test_near_duplicates_are_one_family_however_long_the_chain():
    hashes = ["0" * 64, "0" * 60 + "000f", "0" * 60 + "00ff", "f" * 64]
    assert families(["4-1", "3-1", "2-1", "1-1"], hashes, 4) == ["2", "2", "2", "1"]


def test_variants_and_near_duplicates_link_families_together():
    hashes = [*FAR_APART[:2], FAR_APART[1], FAR_APART[2]]
    assert families(["5-1", "5-2", "4-1", "3-1"], hashes, 0) == ["4", "4", "4", "3"]


def test_the_distance_counts_bits():
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 1) == ["1", "2"]
    assert families(["1-1", "2-1"], ["0" * 64, "0" * 63 + "3"], 2) == ["1", "1"]
