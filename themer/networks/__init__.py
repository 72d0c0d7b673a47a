"""The networks that can be trained, their pretrained weights, and the file that a trained one is saved in.

One small function builds each network; `registry` lists them. Nothing here trains.
"""
