#!/usr/bin/env bash
# `dvc repro` of a stage whose dependency is missing.
#
# Version: dvc 3.67.1.
# Behaviour: it first deletes the outputs of the stage, then finds that the dependency is missing, and fails. Those kept
# in git with `cache: false`, as metrics and plots are, are not in DVC's cache: `dvc checkout` does not bring them back.
# What was not committed is lost. `dvc repro --dry` leaves them alone.
# It matters after a typo in a path or a forgotten `dvc pull`: a command that ran nothing removes the last results.
# Seen:
#   dvc repro --dry: fails, scores.json is there
#   dvc repro: fails, scores.json is gone
#   dvc checkout: succeeds, scores.json is gone
#   git restore scores.json: succeeds, scores.json is there
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
dvc stage add -q -n score -d data.txt -M scores.json 'cp data.txt scores.json'
echo '{"accuracy": 0.9}' >data.txt
dvc repro -q
git add -A
git commit -qm "A run"
scores() { [ -e scores.json ] && echo there || echo gone; }
try() { "$@" >>"$folder/log" 2>&1 && end=succeeds || end=fails; echo "$*: $end, scores.json is $(scores)"; }
rm data.txt
{
    try dvc repro --dry
    try dvc repro
    try dvc checkout
    try git restore scores.json
} | tee "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
dvc repro --dry: fails, scores.json is there
dvc repro: fails, scores.json is gone
dvc checkout: succeeds, scores.json is gone
git restore scores.json: succeeds, scores.json is there
SEEN
