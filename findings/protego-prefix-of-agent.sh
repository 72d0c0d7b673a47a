#!/usr/bin/env bash
# A robots.txt whose group names `lego`, asked on behalf of `lego-themer`.
#
# Version: protego 0.7.0.
# Behaviour: the group applies, since the agent's name begins with the group's. RFC 9309, section 2.2.1, compares whole
# product tokens, of letters, hyphens and underscores: `lego` is another crawler, and the group for `*` applies.
# It matters in both directions: an allowed page counts as forbidden, a forbidden one as allowed.
# Seen:
#   group lego forbids /a, group * allows all: /a allowed for lego-themer: False
#   group lego allows all, group * forbids /b: /b allowed for lego-themer: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q protego==0.7.0
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
from protego import Protego

strict = Protego.parse("User-agent: lego\nDisallow: /a\n\nUser-agent: *\nAllow: /\n")
lax = Protego.parse("User-agent: lego\nAllow: /\n\nUser-agent: *\nDisallow: /b\n")
print("group lego forbids /a, group * allows all: /a allowed for lego-themer:", strict.can_fetch("/a", "lego-themer"))
print("group lego allows all, group * forbids /b: /b allowed for lego-themer:", lax.can_fetch("/b", "lego-themer"))
PYTHON
diff "$folder/seen" - <<'SEEN'
group lego forbids /a, group * allows all: /a allowed for lego-themer: False
group lego allows all, group * forbids /b: /b allowed for lego-themer: True
SEEN
