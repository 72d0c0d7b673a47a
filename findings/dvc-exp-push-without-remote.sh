#!/usr/bin/env bash
# `dvc exp push` where no DVC remote is configured, and again after `dvc remote add`.
#
# Version: dvc 3.67.1.
# Behaviour: without a DVC remote, it pushes the experiment to the git remote, leaves its data behind, and succeeds
# without a warning; `dvc push` fails there. After `dvc remote add`, pushing again sends no data either, even with
# --force: it seems to read .dvc/config as it was in the experiment's commit. With the remote in .dvc/config.local, it
# sends them.
# It matters to whoever shares an experiment: others see its params and metrics, and can't apply it.
# Seen, with the files in the DVC remote:
#   dvc push, no remote        fails
#   dvc exp push, no remote    succeeds, 0 files
#   dvc exp push, a remote     succeeds, 0 files
#   dvc exp push --force       succeeds, 0 files
#   dvc exp push, local config succeeds, 1 files
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
git config --global user.name Nobody
git config --global user.email nobody@example.org
mkdir "$folder/project" "$folder/storage"
cd "$folder/project"
exec 3>&1 >"$folder/log" 2>&1
git init -q -b main
dvc init -q
dvc stage add -q -n copy -p x -o out.txt 'cp params.yaml out.txt'
echo 'x: 1' >params.yaml
dvc repro -q
git add -A
git commit -qm "Before the experiment"
git init -q --bare -b main "$folder/shared.git"
git remote add origin "$folder/shared.git"
git push -q origin main
dvc exp run -q -n try -S x=2

# try NAME COMMAND ...: run it, and say how it ended and how many files the DVC remote has.
try() {
    name=$1
    shift
    "$@" && end="succeeds, $(find "$folder/storage" -type f | wc -l) files" || end=fails
    printf '%-26s %s\n' "$name" "$end" | tee -a "$folder/seen" >&3
}

try "dvc push, no remote" dvc push
try "dvc exp push, no remote" dvc exp push origin try
dvc remote add --default storage "$folder/storage"
try "dvc exp push, a remote" dvc exp push origin try
try "dvc exp push --force" dvc exp push --force origin try
dvc remote add --local --default storage "$folder/storage"
try "dvc exp push, local config" dvc exp push origin try
diff "$folder/seen" - >&3 <<'SEEN'
dvc push, no remote        fails
dvc exp push, no remote    succeeds, 0 files
dvc exp push, a remote     succeeds, 0 files
dvc exp push --force       succeeds, 0 files
dvc exp push, local config succeeds, 1 files
SEEN
