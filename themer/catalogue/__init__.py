"""The sets and themes as Brick Insights and Rebrickable describe them, and the polite HTTP that fetches them.

Only metadata. Downloading and decoding pictures is in `themer.pictures`; labels are made in `themer.dataset`.
"""
