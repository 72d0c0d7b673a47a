"""Picture files: downloading, decoding, padding and hashing them, near-duplicates, and the user's own photos.

Nothing here knows labels beyond their folder names. `themer.shards` packs the pictures for training.
"""
