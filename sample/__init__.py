"""The built-in catalogue: about 900 invented sets, drawn when asked for, served as the real services do."""
