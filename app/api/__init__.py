"""The JSON API: its routes and schemas, and the routes for operators.

The pages for people are in `app.page`.
"""
