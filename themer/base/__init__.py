"""What every other package needs: params, errors, small files and tables, theme paths, the model's description.

Importing TensorFlow without its start-up notes is here too. Nothing in this package knows what a LEGO set is.
"""
