"""Compresses text for clients that accept gzip. No response holds a secret, so its length gives none away (BREACH)."""

import gzip

from flask import Flask, Response, request

SMALLEST_BYTES = 500
TEXTS = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


def register_compression(app: Flask) -> None:
    """Compress every text that an application responds with."""
    app.after_request(compressed)


def compressed(response: Response) -> Response:
    """Return the response, compressed if it is a text, the client accepts gzip and it is worth it."""
    if not (response.mimetype or "").startswith(TEXTS):
        return response
    response.vary.add("Accept-Encoding")
    # Of a part, or of nothing new (304), there is nothing to compress.
    if request.accept_encodings["gzip"] == 0 or response.status_code in (204, 206, 304):
        return response
    # Otherwise the content of a file can't be read here.
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < SMALLEST_BYTES:
        return response
    response.set_data(gzip.compress(content, mtime=0))
    response.content_encoding = "gzip"
    # The same content in other bytes: its tag is a weak one, and parts of it can't be requested.
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)
    response.headers.pop("Accept-Ranges", None)
    return response
