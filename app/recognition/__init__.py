"""From an uploaded picture to a prediction as JSON: the queue in front of the model, heat-maps as overlays.

HTTP, its routes and its limits are elsewhere: nothing here needs a request.
"""
