"""Views of pictures for training, and the frozen backbone's features of each view, computed once.

A fingerprint tells whether stored features still fit. The classifier that learns from them is in `themer.training`.
"""
