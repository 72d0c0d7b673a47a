"""Training: a linear classifier on stored features, then fine-tuning with checkpoints, then calibration.

Only training and validation pictures are read. `confidence` needs no TensorFlow, so scoring and export can use it.
"""
