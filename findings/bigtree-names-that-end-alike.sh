#!/usr/bin/env bash
# bigtree's functions that take a path, in a tree of themes that has Space Police and no Police.
#
# Version: bigtree 1.5.3.
# Behaviour: its documentation has them take a full path, "partial path (trailing part of path) or node name". They
# compare the ends of texts and not whole names, so "Police" is the end of "/Themes/Space/Space Police". `shift_nodes`
# moves that node and all below it, and deletes them where the new path is None. `copy_nodes` copies them, and
# `prune_tree` keeps them. The moved node keeps its name, although the new path ends with the other. "/Police" finds
# whole names only, as do full paths and `find_name`, and there is none. With both in the tree, "Police" is refused as
# ambiguous.
# It matters to trees of themes, where one name ends with another: a merge or a removal takes the wrong theme.
# Seen, the paths below Themes afterwards, without Police and with City/Police:
#   find_path Police           Space/Space Police
#   find_name Police           nothing
#   move Police to Town        Space, Town, Town/Space Police, Town/Space Police/1980s
#   delete Police              Space, Town
#   prune to Police            Space, Space/Space Police, Space/Space Police/1980s
#   delete /Police             NotFoundError
#   delete Police, with both   SearchError
#   delete /Police, with both  City, Space, Space/Space Police, Space/Space Police/1980s, Town
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q bigtree==1.5.3
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
from bigtree import find_name, find_path, list_to_tree, preorder_iter, prune_tree, shift_nodes
from bigtree.utils.exceptions import NotFoundError, SearchError

themes = ["Themes/Space/Space Police/1980s", "Themes/Town"]
both = ["Themes/City/Police", *themes]


def show(name, paths, change):
    """Print the tree of these paths after a change, which returns another tree or None."""
    root = list_to_tree(paths)
    try:
        left = preorder_iter(change(root) or root)
    except (NotFoundError, SearchError) as error:
        print(f"{name:26} {type(error).__name__}")
    else:
        below = sorted(node.path_name.removeprefix("/Themes/") for node in left if node.parent)
        print(f"{name:26} {', '.join(below)}")


for find in (find_path, find_name):
    found = find(list_to_tree(themes), "Police")
    print(f"{find.__name__ + ' Police':26} {found.path_name.removeprefix('/Themes/') if found else 'nothing'}")
show("move Police to Town", themes, lambda root: shift_nodes(root, ["Police"], ["Themes/Town/Police"]))
show("delete Police", themes, lambda root: shift_nodes(root, ["Police"], [None]))
show("prune to Police", themes, lambda root: prune_tree(root, "Police"))
show("delete /Police", themes, lambda root: shift_nodes(root, ["/Police"], [None]))
show("delete Police, with both", both, lambda root: shift_nodes(root, ["Police"], [None]))
show("delete /Police, with both", both, lambda root: shift_nodes(root, ["/Police"], [None]))
PYTHON
diff "$folder/seen" - <<'SEEN'
find_path Police           Space/Space Police
find_name Police           nothing
move Police to Town        Space, Town, Town/Space Police, Town/Space Police/1980s
delete Police              Space, Town
prune to Police            Space, Space/Space Police, Space/Space Police/1980s
delete /Police             NotFoundError
delete Police, with both   SearchError
delete /Police, with both  City, Space, Space/Space Police, Space/Space Police/1980s, Town
SEEN
