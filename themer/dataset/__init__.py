"""From labelled sets to TFRecord shards: labels, families, splits and packing.

This package decides what the model learns to predict, and which pictures are for training, validation and testing. It
knows nothing of networks.
"""
