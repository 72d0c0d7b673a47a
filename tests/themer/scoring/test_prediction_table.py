import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.tables import read_csv
from themer.scoring.prediction_table import Answers, read_answers, write_answers

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=8)
ODD_NAMES = st.sampled_from(["None", "nan", "NULL", 'The "old" ones', "Bulk, and more", "1.5", "007", "Großes", " x "])
SHARES = st.floats(0, 1, width=32)


@st.composite
def answers(draw) -> Answers:
    """Draw answers of any themes for up to five pictures, also for none."""
    labels = draw(
        st.lists(st.one_of(ODD_NAMES, NAMES), min_size=1, max_size=4, unique=True).filter(
            lambda names: not {"set_id", "label", "sure"} & set(names)
        )
    )
    count = draw(st.integers(0, 5))
    probabilities = draw(st.lists(SHARES, min_size=count * len(labels), max_size=count * len(labels)))
    return Answers(
        draw(st.lists(st.sampled_from(["0011-2", "10-1", "fig-000001", "None"]), min_size=count, max_size=count)),
        np.array(draw(st.lists(st.integers(0, len(labels) - 1), min_size=count, max_size=count)), np.int64),
        np.array(probabilities, np.float32).reshape(count, len(labels)),
        np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool),
        labels,
    )


@examples(deadline=None, max_examples=50)
@given(answers())
def test_answers_are_read_as_they_were_written_to_the_last_bit(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "answers.csv"
    write_answers(written, path)
    found = read_answers(path)
    assert (found.ids, found.labels) == (written.ids, written.labels)
    for name in ("actual", "probabilities", "sure"):
        one, other = getattr(found, name), getattr(written, name)
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def two() -> Answers:
    probabilities = np.array([[0.1, 0.9], [1 / 3, 2 / 3]], np.float32)
    return Answers(["8684-1", "0011-2"], np.array([1, 0]), probabilities, np.array([True, False]), ["City", "Duplo"])


def test_the_table_names_label_and_probabilities(tmp_path):
    write_answers(two(), tmp_path / "answers.csv")
    assert read_csv(tmp_path / "answers.csv").to_numpy().tolist() == [
        ["8684-1", "Duplo", "yes", "0.1", "0.9"],
        ["0011-2", "City", "no", "0.33333334", "0.6666667"],
    ]


def test_what_was_answered_and_whether_it_is_right():
    assert two().predicted.tolist() == [1, 1]
    assert two().correct.tolist() == [True, False]


def test_another_table_is_refused(tmp_path):
    (tmp_path / "sets.csv").write_text("set_id,name\n8684-1,Minifigure\n")
    with pytest.raises(UserError, match=r"sets.csv: not a table of answers; its columns are set_id, name. Run"):
        read_answers(tmp_path / "sets.csv")
