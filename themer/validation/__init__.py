"""Cross-validation: predict every picture with a model trained on no picture of its family.

This package makes the folds, trains a model for each of them, and makes other ways to split for comparison. Scoring is
in `themer.scoring`.
"""
