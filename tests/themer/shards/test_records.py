import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.quiet_tensorflow import tf
from themer.shards.records import read_records, serialized, values_of, write_records

VALUES = {"set_id": b"75192-1", "label": 3, "image": bytes(range(256)) * 9}


def of_tensorflow(values: dict[str, bytes | int]) -> bytes:
    """Return what TensorFlow serializes."""
    features = {
        name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        if isinstance(value, bytes)
        else tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        for name, value in values.items()
    }
    record = tf.train.Example(features=tf.train.Features(feature=features))
    return record.SerializeToString(deterministic=True)


VALUE = st.binary(max_size=50) | st.integers(-(2**63), 2**63 - 1)


@given(st.dictionaries(st.text(max_size=9).filter(str.isprintable), VALUE, min_size=1, max_size=5))
def test_records_have_the_bytes_that_tensorflow_writes(values):
    assert serialized(values) == of_tensorflow(values)
    assert values_of(of_tensorflow(values)) == values


def test_files_have_the_bytes_that_tensorflow_writes(tmp_path):
    records = [serialized(VALUES), b"", b"x" * 70_000]
    assert write_records(tmp_path / "ours", records) == 3
    with tf.io.TFRecordWriter(str(tmp_path / "theirs")) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert list(read_records(tmp_path / "theirs")) == records


@pytest.mark.parametrize("at", [3, 9, 20, -1])
def test_a_damaged_file_is_named(tmp_path, at):
    path = tmp_path / "train.tfrecord"
    write_records(path, [serialized(VALUES)])
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="train.tfrecord: the file is damaged.*dvc repro --force resize"):
        list(read_records(path))


@pytest.mark.parametrize("length", [5, 10, 40, -2])
def test_a_file_that_was_cut_off_is_named(tmp_path, length):
    path = tmp_path / "train.tfrecord"
    write_records(path, [serialized(VALUES)])
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(UserError, match="damaged"):
        list(read_records(path))
