"""The networks: how each is built, where its pretrained weights come from, and the file a trained one is saved in.

`registry` lists the networks; one small function builds each. Training is in `themer.training`.
"""
