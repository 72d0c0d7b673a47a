"""What people look at: contact sheets, the grid of mistakes, the result picture, the model card.

Every figure comes from `themer.scoring` or from the metrics files; nothing is computed here.
"""
