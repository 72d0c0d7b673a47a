"""Security: headers that restrict the browser, and no uploads from other sites but those that the operator allows."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from app.problem import Kind, Problem
from app.shared.state import state

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it, browsers name no origin for a form, not even for that of the own page.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# What pages of allowed origins may use. Contributing is not among it.
SHARED = ("/api/predict", "/api/model", "/openapi.json", "/sets/")
CROSS_ORIGIN = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Expose-Headers": "Model-SHA256, Retry-After",
    "Access-Control-Max-Age": "3600",
}


def register_same_site(app: Flask) -> None:
    """Refuse requests that other sites make a browser send, and add the headers to every response."""
    app.before_request(require_same_site)
    app.after_request(with_headers)


def require_same_site() -> None:
    """Raise Problem for a request that changes something and comes from another site's page.

    Programs send neither of the two headers; browsers always send one. See https://web.dev/articles/fetch-metadata
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    foreign = site not in ("same-origin", "none") if site else origin and urlsplit(origin).netloc != request.host
    if foreign and not _allowed_origin():
        # Without https, browsers name only the page's address. A proxy that renames the host makes it another one.
        proxy = "" if site else f" A proxy has to pass on the header Host, but here it is {request.host}."
        detail = f"This request comes from another site. Send it from this server's page.{proxy}"
        raise Problem(Kind.ANOTHER_SITE, detail)


def with_headers(response: Response) -> Response:
    """Return the response with the security headers. Without a cache policy of its own, it is not stored."""
    response.headers.update(HEADERS)
    if state().settings.allow_origin and request.path.startswith(SHARED):
        response.vary.add("Origin")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if origin := _allowed_origin():
            response.headers.update({**CROSS_ORIGIN, "Access-Control-Allow-Origin": origin})
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _allowed_origin() -> str | None:
    """Return the origin of the page that sent the request, if the operator lets it use this address; None otherwise."""
    origin, allowed = request.headers.get("Origin"), state().settings.allowed_origins
    shared = request.path.startswith(SHARED) and (origin in allowed or "*" in allowed)
    return origin if shared else None
