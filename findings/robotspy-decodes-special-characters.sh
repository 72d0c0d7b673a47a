#!/usr/bin/env bash
# A robots.txt whose rules have a star, a dollar sign or a slash in percent-encoding, read by robotspy.
#
# Version: robotspy 0.13.0, which says that it mostly follows RFC 9309.
# Behaviour: RFC 9309, section 2.2.3, has %2A and %24 in a rule stand for the characters themselves, so that they are no
# wildcard and no end. Section 2.2.2 keeps reserved characters encoded, so a%2Fb is one name and not a folder. robotspy
# decodes a rule before it looks for special characters. So `Allow: /photo-%2A.jpg` allows every photo, `Disallow:
# /price%24` forbids /price too, and `Allow: /a%2Fb` allows /a/b.
# It matters to whoever must be polite: it fetches what the site forbids, and leaves what it allows.
# Seen, what may be fetched:
#   Disallow: / and Allow: /photo-%2A.jpg   /photo-*.jpg yes, /photo-1.jpg yes
#   Disallow: / and Allow: /photo-*.jpg     /photo-*.jpg yes, /photo-1.jpg yes
#   Disallow: /price%24                     /price no, /price$ no, /price$5 no, /price5 yes
#   Disallow: /price$                       /price no, /price$ no, /price$5 no, /price5 yes
#   Disallow: / and Allow: /a%2Fb           /a%2Fb yes, /a/b yes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q robotspy==0.13.0
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import robots


def show(rules, *paths):
    text = "\n".join(["User-agent: *", *rules, ""])
    parser = robots.RobotsParser.from_string(text)
    answers = [f"{path} {'yes' if parser.can_fetch('anyone', path) else 'no'}" for path in paths]
    print(f"{' and '.join(rules):39} {', '.join(answers)}")


show(["Disallow: /", "Allow: /photo-%2A.jpg"], "/photo-*.jpg", "/photo-1.jpg")
show(["Disallow: /", "Allow: /photo-*.jpg"], "/photo-*.jpg", "/photo-1.jpg")
show(["Disallow: /price%24"], "/price", "/price$", "/price$5", "/price5")
show(["Disallow: /price$"], "/price", "/price$", "/price$5", "/price5")
show(["Disallow: /", "Allow: /a%2Fb"], "/a%2Fb", "/a/b")
PYTHON
diff "$folder/seen" - <<'SEEN'
Disallow: / and Allow: /photo-%2A.jpg   /photo-*.jpg yes, /photo-1.jpg yes
Disallow: / and Allow: /photo-*.jpg     /photo-*.jpg yes, /photo-1.jpg yes
Disallow: /price%24                     /price no, /price$ no, /price$5 no, /price5 yes
Disallow: /price$                       /price no, /price$ no, /price$5 no, /price5 yes
Disallow: / and Allow: /a%2Fb           /a%2Fb yes, /a/b yes
SEEN
