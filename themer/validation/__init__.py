"""Cross-validation: predict every picture with a model that saw neither it nor its family.

Folds, the models trained for them, and the comparison with other ways to split.
"""
