#!/usr/bin/env bash
# A form with an empty file, written by werkzeug's test client and read by multipart.
#
# Versions: werkzeug 3.1.9, multipart 2.0.1.
# Behaviour: werkzeug writes no line end for the content of an empty file, so its boundary follows the empty line after
# the headers. Werkzeug reads that as one empty file. multipart refuses the whole form. RFC 2046, section 5.1.1, lets a
# part end after its headers; both are within it where the last header's line end and the boundary's are counted so.
# It matters in tests of Flask applications that parse forms with multipart: an empty upload looks like a broken body.
# Seen:
#   werkzeug reads 1 file of 0 bytes
#   multipart: ParserError
#   with a line end: multipart reads 1 part of 0 bytes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q werkzeug==3.1.9 multipart==2.0.1
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import io

from multipart import MultipartError, MultipartParser
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import MultiPartParser
from werkzeug.test import encode_multipart

form = MultiDict({"image": FileStorage(io.BytesIO(b""), "car.jpg", "image")})
_, body = encode_multipart(form, boundary="b")
_, files = MultiPartParser().parse(io.BytesIO(body), b"b", len(body))
print(f"werkzeug reads {len(files)} file of {len(files['image'].read())} bytes")
try:
    print("multipart reads", list(MultipartParser(io.BytesIO(body), "b")))
except MultipartError as error:
    print(f"multipart: {type(error).__name__}")
ended = body.replace(b"\r\n--b--", b"\r\n\r\n--b--")
[part] = MultipartParser(io.BytesIO(ended), "b")
print(f"with a line end: multipart reads 1 part of {len(part.raw)} bytes")
PYTHON
diff "$folder/seen" - <<'SEEN'
werkzeug reads 1 file of 0 bytes
multipart: ParserError
with a line end: multipart reads 1 part of 0 bytes
SEEN
