#!/usr/bin/env bash
# A param that changes from 1 to true, and one that is not a number.
#
# Version: dvc 3.67.1.
# Behaviour: DVC compares params as Python does. There 1 equals true and 0 equals false, in lists and dictionaries too.
# So the stage is up to date after such a change, and `dvc repro` keeps what the other value made. A param of .nan
# equals nothing, itself included: `dvc status` calls it modified after each run.
# It matters where false means "off" and 0 is a number, or true means "the default" and 1 is a count.
# Seen:
#   from 1 to 2: modified, made with x: 2, then up to date
#   from 1 to true: up to date, made with x: 1, then up to date
#   from [{a: 0}] to [{a: false}]: up to date, made with x: [{a: 0}], then up to date
#   from .nan to .nan: modified, made with x: .nan, then modified
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
git config --global user.name Nobody
git config --global user.email nobody@example.org
mkdir "$folder/project"
cd "$folder/project"
exec 3>&1 >"$folder/log" 2>&1
git init -q
dvc init -q
dvc stage add -q -n copy -p x -o out.txt 'cp params.yaml out.txt'
state() { dvc status | grep -q 'up to date' && echo 'up to date' || echo modified; }

# change FROM TO: run with a value, write another one, and say what DVC then makes of it.
change() {
    echo "x: $1" >params.yaml
    dvc repro -q
    echo "x: $2" >params.yaml
    before=$(state)
    dvc repro -q
    echo "from $1 to $2: $before, made with $(cat out.txt), then $(state)" | tee -a "$folder/seen" >&3
}

change 1 2
change 1 true
change '[{a: 0}]' '[{a: false}]'
change .nan .nan
diff "$folder/seen" - >&3 <<'SEEN'
from 1 to 2: modified, made with x: 2, then up to date
from 1 to true: up to date, made with x: 1, then up to date
from [{a: 0}] to [{a: false}]: up to date, made with x: [{a: 0}], then up to date
from .nan to .nan: modified, made with x: .nan, then modified
SEEN
