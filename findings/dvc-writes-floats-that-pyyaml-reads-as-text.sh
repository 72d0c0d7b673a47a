#!/usr/bin/env bash
# `dvc exp run -S` with a learning rate of 0.00001, in a project that reads its params with PyYAML.
#
# Versions: dvc 3.67.1, pyyaml 6.0.3.
# Behaviour: DVC writes 1e-05 into params.yaml, a float in YAML 1.2. PyYAML reads YAML 1.1, whose floats need a point,
# and gives the text "1e-05". 0.0001 works, since Python prints it without an exponent. In the same way DVC writes no,
# which PyYAML reads as false, and 12:30, which is 750. `dvc.lock` has what DVC means.
# It matters to sweeps over small numbers: from one value on, the program gets text, and fails or compares it as text.
# Seen:
#   -S rate=0.0001: rate: 0.0001 is read as 0.0001 'a'
#   -S rate=0.00001: rate: 1e-05 is read as '1e-05' 'a'
#   -S word=no: word: no is read as 0.1 False
#   -S word=12:30: word: 12:30 is read as 0.1 750
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1 pyyaml==6.0.3
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
git config --global user.name Nobody
git config --global user.email nobody@example.org
mkdir "$folder/project"
cd "$folder/project"
exec 3>&1 >"$folder/log" 2>&1
git init -q
dvc init -q
dvc stage add -q -n read -p rate,word -o out.txt \
    "python -c 'import yaml; print(*map(repr, yaml.safe_load(open(\"params.yaml\")).values()))' >out.txt"
printf 'rate: 0.1\nword: a\n' >params.yaml
dvc repro -q
git add -A
git commit -qm "Before the experiments"
for set in rate=0.0001 rate=0.00001 word=no word=12:30; do
    dvc exp run -q -S "$set"
    echo "-S $set: $(grep "^${set%%=*}" params.yaml) is read as $(cat out.txt)" | tee -a "$folder/seen" >&3
    git checkout -q params.yaml
done
diff "$folder/seen" - >&3 <<'SEEN'
-S rate=0.0001: rate: 0.0001 is read as 0.0001 'a'
-S rate=0.00001: rate: 1e-05 is read as '1e-05' 'a'
-S word=no: word: no is read as 0.1 False
-S word=12:30: word: 12:30 is read as 0.1 750
SEEN
