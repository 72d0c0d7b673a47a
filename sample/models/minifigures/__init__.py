"""Minifigures: body and limbs, prints, heads, headgear, items in their hands, and the roles that combine them."""
