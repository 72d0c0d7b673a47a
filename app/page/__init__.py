"""The pages for people: their routes, templates and static files.

They show the same values that `app.api` returns as JSON.
"""
