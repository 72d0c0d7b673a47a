"""What people look at: contact sheets, the grid of mistakes, the result picture and the model card.

This package draws and writes. `themer.scoring` computes the scores.
"""
