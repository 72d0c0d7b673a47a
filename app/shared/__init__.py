"""What every route shares: the application's state, metrics, request log, errors, limits and security headers.

The routes themselves are in `app.api` and `app.page`.
"""
