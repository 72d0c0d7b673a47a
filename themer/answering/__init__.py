"""Everything that the page and the command line run: from a picture to a prediction, or to "not sure".

It runs the exported model with LiteRT and searches the index. It imports neither TensorFlow nor Keras nor pandas, and a
test holds it to that.
"""
