"""Measurements of speed and of choices, run by hand."""
