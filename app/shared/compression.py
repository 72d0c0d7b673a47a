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
    # A part is sent as it is.
    if request.accept_encodings["gzip"] == 0 or response.status_code in (204, 206):
        return response
    # The same content in other bytes: its tag is a weak one. Also of a short text and of nothing new (304), since the
    # length of what the client has is not known here.
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)
    return response if response.status_code == 304 else _packed(response)


def _packed(response: Response) -> Response:
    """Return the response, compressed if that is worth it."""
    # Otherwise the content of a file can't be read here.
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < SMALLEST_BYTES:
        return response
    response.set_data(gzip.compress(content, mtime=0))
    response.content_encoding = "gzip"
    # Parts of it can't be requested.
    response.headers.pop("Accept-Ranges", None)
    return response
