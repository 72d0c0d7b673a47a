"""The sets of the built-in catalogue, their picture files, and the server that offers them.

The server imitates Brick Insights and Rebrickable. How a picture is drawn is in `sample.drawing` and `sample.models`.
"""
