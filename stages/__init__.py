"""One small script for each DVC stage."""

from themer.base.stopping import is_run, stop_quietly

if is_run():
    stop_quietly()

import os

from themer.base.arithmetic import prepare
from themer.base.errors import explained


@explained
def _begin() -> None:
    """Note what the stage reads, before its code is imported."""
    # What serves imports the paths alone, and is installed without what a stage needs.
    if os.environ.get("DVC_STAGE"):
        # Imported here, after the settings.
        from themer.base.running import begin

        begin()


# Before any module imports numpy.
explained(prepare)()
_begin()
