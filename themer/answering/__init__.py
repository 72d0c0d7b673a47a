"""What the page and the command line run: it predicts the theme of a picture, or abstains.

LiteRT runs the exported model, and the index finds the nearest sets. This package imports neither TensorFlow nor Keras
nor pandas; a test enforces that. `themer.exporting` writes the files that this package reads.
"""
