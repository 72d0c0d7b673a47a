"""How good predictions are: tables of predictions, scores with intervals, curves, slices, label issues, theme pairs.

It computes from written predictions and never runs a model. Drawing is in `themer.reports`.
"""
