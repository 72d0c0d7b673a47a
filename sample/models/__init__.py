"""What sets show: bricks, minifigures, vehicles and buildings. Each function returns solids.

`designs` lists every subject with its camera and frame. Which sets exist, and their names, is in `sample.services`.
"""
