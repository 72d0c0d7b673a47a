#!/usr/bin/env bash
# A form with a text field, whose text happens to be JSON.
#
# Version: flask-openapi3 4.3.2, pydantic 2.14.3.
# Behaviour: it passes each field of a form through `json.loads`, also where the model says `str`, and keeps the text
# only if that fails. So numbers and `true` are refused as no text, and text in quotes loses them. The same text in the
# query is taken as it is. `coerce_numbers_to_str` in the model's config lets numbers in, as Python prints them: 1e5 is
# 100000.0.
# It matters to forms that ask for a set's number, a year or a name: which texts are refused depends on what they say.
# Seen:
#   0011-2: query 0011-2, form 0011-2
#   75192: query 75192, form status 422
#   true: query true, form status 422
#   "quoted": query "quoted", form quoted
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q flask-openapi3==4.3.2 pydantic==2.14.3
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
from flask_openapi3 import Info, OpenAPI
from pydantic import BaseModel

app = OpenAPI(__name__, info=Info(title="Sets", version="1"))


class Sets(BaseModel):
    number: str


@app.get("/sets")
def by_query(query: Sets):
    return query.number


@app.post("/sets")
def by_form(form: Sets):
    return form.number


def shown(response):
    return response.text if response.status_code == 200 else f"status {response.status_code}"


client = app.test_client()
for number in ("0011-2", "75192", "true", '"quoted"'):
    query, form = client.get("/sets", query_string={"number": number}), client.post("/sets", data={"number": number})
    print(f"{number}: query {shown(query)}, form {shown(form)}")
PYTHON
diff "$folder/seen" - <<'SEEN'
0011-2: query 0011-2, form 0011-2
75192: query 75192, form status 422
true: query true, form status 422
"quoted": query "quoted", form quoted
SEEN
