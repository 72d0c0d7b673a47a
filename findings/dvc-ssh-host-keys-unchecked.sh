#!/usr/bin/env bash
# `dvc push` over SSH to a server whose host key is not the one in known_hosts.
#
# Versions: dvc 3.67.1, dvc-ssh 4.3.0, sshfs 2026.8.0, asyncssh 2.24.1.
# Behaviour: DVC pushes, without a warning. asyncssh by itself refuses the same server, as `ssh` does: sshfs sets
# asyncssh's `known_hosts` to None, which accepts every key, and none of the options of a remote sets it otherwise.
# It matters wherever the network between is not trusted: whoever answers for the server gets the data, and a password.
# Seen:
#   asyncssh: HostKeyNotVerifiable
#   dvc push: exit code 0, 1 file received
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1 dvc-ssh==4.3.0 sshfs==2026.8.0 asyncssh==2.24.1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
mkdir "$folder/.ssh" "$folder/project"
cd "$folder/project"
exec 3>&1 >"$folder/log" 2>&1

cat >"$folder/server.py" <<'PYTHON'
import asyncio
import pathlib

import asyncssh

home = pathlib.Path.home()


async def main() -> None:
    host, expected, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))
    user.write_private_key(home / "user_key")
    user.write_public_key(home / "authorized")
    known = home / ".ssh" / "known_hosts"
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[host], authorized_client_keys=str(home / "authorized"), sftp_factory=True
    )
    port = server.get_port()
    known.write_text(f"[127.0.0.1]:{port} {expected.export_public_key().decode()}")
    (home / "port.part").write_text(str(port))
    (home / "port.part").rename(home / "port")
    await server.wait_closed()


asyncio.run(main())
PYTHON
python "$folder/server.py" &
server=$!
until [ -e "$folder/port" ]; do
    kill -0 "$server"
    sleep 0.1
done
port=$(<"$folder/port")

python - "$port" <<'PYTHON' | tee "$folder/seen" >&3
import asyncio
import pathlib
import sys

import asyncssh


async def connect() -> None:
    key = str(pathlib.Path.home() / "user_key")
    await asyncssh.connect("127.0.0.1", int(sys.argv[1]), username="nobody", client_keys=[key])


try:
    asyncio.run(connect())
    print("asyncssh: connected")
except asyncssh.Error as error:
    print("asyncssh:", type(error).__name__)
PYTHON
dvc init -q --no-scm
echo data >file.txt
dvc add -q file.txt
dvc remote add -q --default storage "ssh://nobody@127.0.0.1:$port$folder/storage"
dvc remote modify storage keyfile "$folder/user_key"
dvc push && code=0 || code=$?
echo "dvc push: exit code $code, $(find "$folder/storage" -type f | wc -l) file received" | tee -a "$folder/seen" >&3
diff "$folder/seen" - >&3 <<'SEEN'
asyncssh: HostKeyNotVerifiable
dvc push: exit code 0, 1 file received
SEEN
