"""What every other package may use: settings, errors, engines, files and tables, theme paths, the model's description.

Nothing here knows pictures or networks. Only `quiet_tensorflow` imports TensorFlow.
"""
