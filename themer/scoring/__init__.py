"""How good predictions are: scores with intervals, curves, slices, label issues and theme pairs.

This package computes from predictions that a stage has made and never runs a model. `themer.reports` draws the results.
"""
