#!/usr/bin/env bash
# `dvc exp apply` with uncommitted edits in a file that the experiment never touched.
#
# Version: dvc 3.67.1.
# Behaviour: it succeeds and puts every tracked file back to what the experiment holds, without a word on the edits.
# They stay in refs/exps/apply/stash, which it does not name, and which the next `dvc exp apply` deletes.
# It matters to whoever looks at an experiment in the middle of other work.
# Seen:
#   exit code 0
#   the notes: committed
#   the stash has: committed, not committed
#   restored: committed, not committed
#   after another apply, the stash is gone
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
dvc stage add -q -n double -p x -o out.txt 'cp params.yaml out.txt'
echo 'x: 1' >params.yaml
echo committed >notes.txt
dvc repro -q
git add -A
git commit -qm "Before the experiments"
for x in 2 3; do
    dvc exp run -q -n "with-$x" -S "x=$x"
    git checkout -q .
    dvc checkout -q
done
lines() { paste -sd, | sed 's/,/, /'; }
echo 'not committed' >>notes.txt
dvc exp apply with-2 && code=0 || code=$?
{
    echo "exit code $code"
    echo "the notes: $(lines <notes.txt)"
    echo "the stash has: $(git show refs/exps/apply/stash:notes.txt | lines)"
    git restore --source=refs/exps/apply/stash notes.txt
    echo "restored: $(lines <notes.txt)"
    git restore .
    dvc exp apply with-3 >>"$folder/log" 2>&1
    git rev-parse -q --verify refs/exps/apply/stash >>"$folder/log" || echo "after another apply, the stash is gone"
} | tee "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
exit code 0
the notes: committed
the stash has: committed, not committed
restored: committed, not committed
after another apply, the stash is gone
SEEN
