"""Write a score so that only a perfect one reads as 1."""


def score_text(value: float) -> str:
    """Return a score from 0 to 1 with three decimal places; one just below 1 is rounded down, to "0.999"."""
    return f"{value if value == 1 else min(value, 0.999):.3f}"
