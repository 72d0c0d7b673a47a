"""One small script for each DVC stage."""

from themer.base.arithmetic import prepare
from themer.base.errors import explained
from themer.base.running import begin


@explained
def _begin() -> None:
    """Note what the stage reads, and prepare the arithmetic, before any module imports numpy."""
    begin()
    prepare()


_begin()
