import pytest

from themer.base.errors import UserError, explained, suggestion


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UserError("params.yaml: size: too small"), "error: params.yaml: size: too small"),
        (KeyboardInterrupt(), "stopped"),
    ],
)
def test_a_users_mistake_or_ctrl_c_ends_with_a_message(error, message):
    @explained
    def main() -> None:
        raise error

    with pytest.raises(SystemExit, match=message):
        main()


def test_a_bug_keeps_its_traceback():
    @explained
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()


def test_only_similar_words_are_suggested_the_most_similar_first():
    known = ["Duplo", "Duplos", "Technic"]
    assert suggestion("Dupol", known) == ' (did you mean "Duplo"?)'
    assert suggestion("Duplo", known, count=3) == ' (did you mean "Duplo" or "Duplos"?)'
    assert suggestion("Castle", known) == ""
