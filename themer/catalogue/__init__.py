"""Sets and themes as Brick Insights and Rebrickable list them, and the polite HTTP that fetches them.

This package handles metadata only. `themer.pictures` downloads the pictures, and `themer.dataset` makes the labels.
"""
