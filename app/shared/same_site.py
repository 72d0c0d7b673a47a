"""Security: headers that restrict the browser, and no uploads from other sites."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from app.problem import Kind, Problem

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
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
    if foreign:
        raise Problem(Kind.ANOTHER_SITE, "This request comes from another site. Send it from this server's page.")


def with_headers(response: Response) -> Response:
    """Return the response with the security headers. Without a cache policy of its own, it is not stored."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
