"""The built-in catalogue: about 900 invented sets, drawn on request and served on loopback as the real services do.

It imports nothing of the project. To the pipeline it is one more source: `sources.sample.command` in params.yaml starts
it. `drawing` turns solids into pictures, `models` builds the solids of each subject, `services` serves the sets.
"""
