"""From labelled sets to TFRecord shards: labels, families, splits, packing.

This package decides what is learned and from which split. It knows nothing of networks.
"""
