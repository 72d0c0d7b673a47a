"""Solids, colours and the renderer that turns solids into a picture.

Nothing here depends on what a set is. What sets show is in `sample.models`.
"""
