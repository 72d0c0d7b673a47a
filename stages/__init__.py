"""One small script for each DVC stage."""

from themer.base.arithmetic import prepare
from themer.base.errors import explained

# Before any module imports numpy.
explained(prepare)()
