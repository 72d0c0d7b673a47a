#!/usr/bin/env bash
# A date without quotes in params.yaml, under a key that no stage reads.
#
# Version: dvc 3.67.1.
# Behaviour: DVC takes 2026-03-01 for a date, as YAML 1.1 does. Wherever one is in params.yaml, DVC can't load dvc.yaml:
# `dvc repro`, `dvc pull` and `dvc dag` fail with "unexpected error - Unsupported value of type 'date'". `dvc metrics
# show` and `dvc plots show` succeed with a warning, and show nothing, although neither needs params. `dvc exp run -S`
# quotes dates.
# It matters to params that name the day of a snapshot: whoever edits them by hand leaves the quotes out.
# Seen:
#   dvc metrics show: succeeds, shows 0.9
#   without quotes:
#   dvc metrics show: succeeds
#   dvc status: fails
#   dvc dag: fails
#   dvc pull: fails
#   Unsupported value of type 'date'
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
dvc stage add -q -n score -p x -M scores.json 'echo 0.9 >scores.json'
printf "x: 1\nday: '2026-03-01'\n" >params.yaml
dvc repro -q
git add -A
git commit -qm "A run"

# try COMMAND ...: run it, and say how it ended and whether it showed the score.
try() {
    shown=$("$@" 2>>"$folder/log") && end=succeeds || end=fails
    [[ $shown == *0.9* ]] && end="$end, shows 0.9"
    echo "$*: $end" | tee -a "$folder/seen" >&3
}

try dvc metrics show
sed -i "s/'//g" params.yaml
echo "without quotes:" | tee -a "$folder/seen" >&3
try dvc metrics show
try dvc status
try dvc dag
try dvc pull
grep -o "Unsupported value of type 'date'" "$folder/log" | sort -u | tee -a "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
dvc metrics show: succeeds, shows 0.9
without quotes:
dvc metrics show: succeeds
dvc status: fails
dvc dag: fails
dvc pull: fails
Unsupported value of type 'date'
SEEN
