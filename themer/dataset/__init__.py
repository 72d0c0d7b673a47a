"""From themes to a dataset: the label, the family and the split of each set.

This package decides what the model learns to predict, and which pictures are for training, validation and testing. It
reads no picture and knows nothing of networks.
"""
