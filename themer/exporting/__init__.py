"""From the trained classifier to the served files: the LiteRT model, the index and the threshold.

`themer.answering` reads what this package writes. Only the model needs TensorFlow.
"""
