"""Random views of pictures, and the frozen backbone's features of each view, computed once and stored.

A fingerprint tells whether stored features are still valid. The classifier trained on them is in `themer.training`.
"""
