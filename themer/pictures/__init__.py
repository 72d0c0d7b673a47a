"""Picture files: download them, decode and square them, find near-duplicates, read the user's own photos.

Everything here works on one picture file at a time. What is packed for training is in `themer.dataset`.
"""
