from functools import partial

import pytest

from tests.conftest import picture_bytes
from themer.base.engines import Threads
from themer.base.params import Resize
from themer.catalogue.sets import shuffled
from themer.shards.files import read_examples
from themer.shards.packing import pack_split

SETTINGS = Resize(size=32, fill=(1, 2, 3), pictures_per_shard=3)


@pytest.mark.parametrize("threads", [1, 2])
def test_pictures_are_packed_padded_and_shuffled(tmp_path, threads):
    (tmp_path / "a.jpg").write_bytes(picture_bytes())
    label_of = {f"{number}-1": number for number in range(8)}
    pack = partial(pack_split, tmp_path, "train", label_of, lambda name: tmp_path / "a.jpg", "", SETTINGS)
    assert pack(Threads(threads)) == 8
    rows = list(read_examples(tmp_path, "train"))
    assert [row.set_id for row in rows] == shuffled(label_of)
    assert {row.set_id: row.label for row in rows} == label_of
    assert rows[0].pixels[0, 0].tolist() == [1, 2, 3]
    assert len(list(tmp_path.glob("train-*-of-00003.tfrecord"))) == 3
