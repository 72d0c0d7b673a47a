"""Training: a linear head on stored features, then fine-tuning, with checkpoints, then calibration.

`confidence` is plain NumPy, so that scoring can use it without TensorFlow. Nothing here reads the network or the test
split.
"""
