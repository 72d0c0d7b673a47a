#!/usr/bin/env bash
# A form whose model asks for a file, and that has a text of the same name.
#
# Version: flask-openapi3 4.3.2, pydantic 2.14.3.
# Behaviour: FileStorage as a field's type checks nothing, so the text passes for a file, and the view gets it. Its
# first use of the file raises AttributeError: the client reads 500 and not 422, and the log blames the server. A
# missing file is refused as it should be, and a file where the model has a text is refused too.
# It matters to every upload: `curl -F picture=a.png` without the @ sends the name as text.
# Seen:
#   a file: 200, the view got FileStorage
#   nothing: 422
#   picture=a.png: 500, the view got str
#   a file for the title: 422
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q flask-openapi3==4.3.2 pydantic==2.14.3
"$folder/venv/bin/python" - 2>/dev/null <<'PYTHON' | tee "$folder/seen"
import io

from flask_openapi3 import FileStorage, Info, OpenAPI
from pydantic import BaseModel

app = OpenAPI("app", info=Info(title="Pictures", version="1"))
got = []


class Upload(BaseModel):
    picture: FileStorage
    title: str = ""


@app.post("/pictures")
def add(form: Upload):
    got.append(f", the view got {type(form.picture).__name__}")
    return form.picture.filename


def file():
    return io.BytesIO(b"a picture"), "a.png"


def show(name, form):
    got.clear()
    status = app.test_client().post("/pictures", data=form, content_type="multipart/form-data").status_code
    print(f"{name}: {status}{''.join(got)}")


show("a file", {"picture": file()})
show("nothing", {})
show("picture=a.png", {"picture": "a.png"})
show("a file for the title", {"picture": file(), "title": file()})
PYTHON
diff "$folder/seen" - <<'SEEN'
a file: 200, the view got FileStorage
nothing: 422
picture=a.png: 500, the view got str
a file for the title: 422
SEEN
