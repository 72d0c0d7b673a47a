"""Technic: single parts such as beams and gears, and the machines that are built from them."""
