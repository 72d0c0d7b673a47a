"""One small script for each DVC stage."""
