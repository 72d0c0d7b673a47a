import pytest

from themer.base.errors import UserError, explained


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UserError("params.yaml: size: too small"), "error: params.yaml: size: too small"),
        (KeyboardInterrupt(), "stopped"),
    ],
)
def test_what_a_user_can_mend_or_did_ends_in_a_message(error, message):
    @explained
    def main() -> None:
        raise error

    with pytest.raises(SystemExit, match=message):
        main()


def test_a_mistake_of_ours_keeps_its_traceback():
    @explained
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()
