"""What the stages share, in the order in which a picture passes through it.

base, catalogue, pictures, dataset, networks, features, training, answering, exporting, scoring, validation, reports:
a package imports only from those before it. No module here knows a path of the project; `stages/paths.py` does.
"""
