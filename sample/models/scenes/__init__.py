"""Scenes at minifigure scale: town, castle, space, sea and railway sets, and merchandise.

Each module holds one theme. `sample.models.designs` lists the subjects of all of them.
"""
