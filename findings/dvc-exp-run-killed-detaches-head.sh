#!/usr/bin/env bash
# `kill -9` while `dvc exp run` runs a stage, then a second `dvc exp run`.
#
# Version: dvc 3.67.1.
# Behaviour: DVC detaches HEAD while an experiment runs in the workspace. After the kill it stays detached. The next
# run succeeds, says nothing, and leaves it so: whoever commits then commits to no branch. `git switch main` repairs
# it, and keeps the changes of the workspace.
# It matters where runs are killed: by a time limit, for want of memory, or with the machine.
# Seen:
#   before: main
#   killed: detached
#   after another run, exit code 0: detached
#   switched: main
#   x: 3
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
git init -q -b main
dvc init -q
# With x = 2, the stage kills the process group in which it and DVC run.
dvc stage add -q -n copy -p x -o out.txt 'grep -q "x: 2" params.yaml && kill -9 0; cp params.yaml out.txt'
echo 'x: 1' >params.yaml
dvc repro -q
git add -A
git commit -qm "Before the experiments"
branch() { git symbolic-ref -q --short HEAD || echo detached; }
{
    echo "before: $(branch)"
    setsid --wait dvc exp run -S x=2 >>"$folder/log" 2>&1 || true
    echo "killed: $(branch)"
    dvc exp run -S x=3 >>"$folder/log" 2>&1 && code=0 || code=$?
    echo "after another run, exit code $code: $(branch)"
    git switch -q main >>"$folder/log"
    echo "switched: $(branch)"
    cat params.yaml
} | tee "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
before: main
killed: detached
after another run, exit code 0: detached
switched: main
x: 3
SEEN
