"""The command line: which pictures are named, predictions for many of them, how they are printed and taken up again."""
