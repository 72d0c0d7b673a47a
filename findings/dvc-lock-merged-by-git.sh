#!/usr/bin/env bash
# Two branches change different params of one stage, run it, commit dvc.lock, and are merged.
#
# Version: dvc 3.67.1, with git's own merge.
# Behaviour: the two changes of dvc.lock lie some lines apart, so git joins them without a conflict. The result says
# that the stage ran with both params, and has the output of one of them. `dvc status` and `dvc repro` believe it.
# With `dvc.lock -merge` in .gitattributes the merge stops at dvc.lock; `git checkout --ours dvc.lock` and `dvc repro`
# then run what the other branch changed.
# It matters to every team that commits dvc.lock. The stage here writes the smaller of two params.
# Seen:
#   plain: git merges, 5 and 3, DVC says up to date, smaller: 5
#   with the attribute: git stops; after dvc repro, smaller: 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
git config --global user.name Nobody
git config --global user.email nobody@example.org
exec 3>&1 >"$folder/log" 2>&1

# branch NAME PARAM VALUE: on a branch from main, change a param, run and commit.
branch() {
    git switch -qc "$1" main
    dvc checkout -q
    sed -i "s/^$2: .*/$2: $3/" params.yaml
    dvc repro -q
    git commit -qam "$1"
}

# two_branches NAME [ATTRIBUTES]: make a project of which two branches have run; the second is checked out.
two_branches() {
    mkdir "$folder/$1"
    cd "$folder/$1"
    git init -q -b main
    dvc init -q
    echo "${2-}" >.gitattributes
    dvc stage add -q -n smaller -p first,m,n,o,second -o out.txt \
        "grep -E 'first|second' params.yaml | cut -d' ' -f2 | sort -n | head -1 > out.txt"
    printf '%s\n' 'first: 1' 'm: 0' 'n: 0' 'o: 0' 'second: 9' >params.yaml
    dvc repro -q
    git add -A
    git commit -qm main
    branch left first 5
    branch right second 3
}

two_branches plain
git merge -q -m merge left && merged=merges || merged=stops
dvc checkout -q
dvc status | grep -q 'up to date' && status='up to date' || status='out of date'
dvc repro -q
values=$(grep -E 'first|second' params.yaml | cut -d' ' -f2 | paste -sd' ' | sed 's/ / and /')
echo "plain: git $merged, $values, DVC says $status, smaller: $(cat out.txt)" | tee "$folder/seen" >&3
two_branches attribute 'dvc.lock -merge'
git merge -q -m merge left && merged=merges || merged=stops
git checkout --ours dvc.lock
dvc repro -q
echo "with the attribute: git $merged; after dvc repro, smaller: $(cat out.txt)" | tee -a "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
plain: git merges, 5 and 3, DVC says up to date, smaller: 5
with the attribute: git stops; after dvc repro, smaller: 3
SEEN
