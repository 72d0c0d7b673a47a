import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from themer.base.errors import UserError
from themer.base.tables import read_csv
from themer.scoring.prediction_table import Predictions, read_predictions, write_predictions

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=8)
ODD_NAMES = st.sampled_from(["None", "nan", "NULL", 'The "old" ones', "Bulk, and more", "1.5", "007", "Großes", " x "])
SHARES = st.floats(0, 1, width=32)


@st.composite
def predictions(draw) -> Predictions:
    """Draw predictions of any labels for up to five pictures, or none."""
    labels = draw(
        st.lists(st.one_of(ODD_NAMES, NAMES), min_size=1, max_size=4, unique=True).filter(
            lambda names: not {"set_id", "label", "sure"} & set(names)
        )
    )
    count = draw(st.integers(0, 5))
    probabilities = draw(st.lists(SHARES, min_size=count * len(labels), max_size=count * len(labels)))
    return Predictions(
        draw(st.lists(st.sampled_from(["0011-2", "10-1", "fig-000001", "None"]), min_size=count, max_size=count)),
        np.array(draw(st.lists(st.integers(0, len(labels) - 1), min_size=count, max_size=count)), np.int64),
        np.array(probabilities, np.float32).reshape(count, len(labels)),
        labels,
    )


@examples(deadline=None, max_examples=50)
@given(predictions())
def test_predictions_are_read_as_they_were_written_to_the_last_bit(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "predictions.csv"
    write_predictions(written, "sure", ["yes"] * len(written.ids), path)
    found = read_predictions(path)
    assert (found.ids, found.labels) == (written.ids, written.labels)
    for name in ("actual", "probabilities"):
        one, other = getattr(found, name), getattr(written, name)
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def two_predictions() -> Predictions:
    probabilities = np.array([[0.1, 0.9], [1 / 3, 2 / 3]], np.float32)
    return Predictions(["8684-1", "0011-2"], np.array([1, 0]), probabilities, ["City", "Duplo"])


@pytest.mark.parametrize(("column", "values"), [("sure", ["yes", "no"]), ("fold", [1, 0])])
def test_the_table_has_the_label_another_column_and_the_probabilities(tmp_path, column, values):
    write_predictions(two_predictions(), column, values, tmp_path / "predictions.csv")
    table = read_csv(tmp_path / "predictions.csv")
    assert list(table) == ["set_id", "label", column, "City", "Duplo"]
    assert table.to_numpy().tolist() == [
        ["8684-1", "Duplo", str(values[0]), "0.1", "0.9"],
        ["0011-2", "City", str(values[1]), "0.33333334", "0.6666667"],
    ]


def test_the_most_probable_label_is_predicted():
    assert two_predictions().predicted.tolist() == [1, 1]
    assert two_predictions().correct.tolist() == [True, False]


def test_another_table_is_refused(tmp_path):
    (tmp_path / "sets.csv").write_text("set_id,name\n8684-1,Minifigure\n")
    with pytest.raises(UserError, match=r"sets.csv: not a table of predictions; its columns are set_id, name. Run"):
        read_predictions(tmp_path / "sets.csv")
