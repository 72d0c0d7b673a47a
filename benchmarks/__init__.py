"""Measurements of speed and of choices, run by hand."""

from themer.base.arithmetic import prepare
from themer.base.errors import explained

# Before any module imports numpy.
explained(prepare)()
