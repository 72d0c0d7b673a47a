"""What clients send: forms, picture files checked before they are decoded, contributed photos.

Nothing here uses the model.
"""
