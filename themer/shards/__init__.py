"""Shards: every picture padded and packed with its label into TFRecord files, and read back in the same order.

Needs no TensorFlow.
"""
