"""From the trained classifier to what is served: the LiteRT file, the index, the threshold.

`themer.answering` reads what this package writes.
"""
