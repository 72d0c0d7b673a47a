"""Sets for young children: big bricks, jointless figures, animals and playsets."""
