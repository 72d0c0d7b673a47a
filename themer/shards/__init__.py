"""Shards: padded pictures with their labels, written to TFRecord files and read back in the same order.

Needs no TensorFlow.
"""
