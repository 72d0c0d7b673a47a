"""Remotes on loopback that tell when a file arrives: moto's S3 server, and OpenSSH's own server."""

import getpass
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/openssh/sftp-server")


@dataclass
class Remote:
    """Where to push, with DVC's options for it; `on_upload` is called as each upload begins."""

    url: str
    options: dict[str, str]
    on_upload: Callable[[], None] = field(default=lambda: None)


@contextmanager
def s3_remote() -> Iterator[Remote]:
    """Serve an empty bucket while the block lasts."""
    pytest.importorskip("dvc_s3", reason="dvc-s3 is not installed (requirements-remotes.txt)")
    moto = pytest.importorskip("moto.server", reason="moto is not installed (requirements-remotes.txt)")
    import boto3
    from werkzeug.serving import make_server

    application = moto.DomainDispatcherApplication(moto.create_backend_app)

    def watched(environ: dict, start_response: Callable) -> object:
        if environ["REQUEST_METHOD"] == "PUT":
            remote.on_upload()
        return application(environ, start_response)

    server = make_server("127.0.0.1", 0, watched, threaded=True)
    url, keys = f"http://127.0.0.1:{server.server_port}", {"access_key_id": "tests", "secret_access_key": "tests"}
    remote = Remote("s3://bucket/lego-themer", {"endpointurl": url, "region": "us-east-1", **keys})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    named = {f"aws_{name}": value for name, value in keys.items()}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **named).create_bucket(Bucket="bucket")
    yield remote
    server.shutdown()


@contextmanager
def ssh_remote(folder: Path) -> Iterator[Remote]:
    """Serve an empty folder while the block lasts, with keys made for it."""
    pytest.importorskip("dvc_ssh", reason="dvc-ssh is not installed (requirements-remotes.txt)")
    sftp_server = next(filter(os.path.exists, SFTP_SERVERS), None)
    if not SSHD or not sftp_server:
        pytest.skip("sshd is not installed (openssh-server)")
    os.mkfifo(folder / "log")
    write_sshd_config(folder, sftp_server)

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            command = [SSHD, "-i", "-f", str(folder / "sshd_config")]
            subprocess.run(command, stdin=self.request, stdout=self.request, stderr=subprocess.DEVNULL)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{server.server_address[1]}{folder}/remote"
        remote = Remote(url, {"keyfile": str(folder / "user_key")})
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        threading.Thread(target=watch_log, args=(folder / "log", remote), daemon=True).start()
        yield remote
        server.shutdown()


def write_sshd_config(folder: Path, sftp_server: str) -> None:
    """Make the keys of the host and of the user, and a configuration that needs no other user's rights."""
    for name in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    lines = [
        f"HostKey {folder}/host_key",
        f"AuthorizedKeysFile {folder}/user_key.pub",
        "StrictModes no",
        "UsePAM no",
        f"Subsystem sftp {sftp_server} -e -l INFO 2>{folder}/log",
    ]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # sshd insists on this folder where it runs as root.
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def watch_log(log: Path, remote: Remote) -> None:
    """Tell of each file that is opened to be written. Opened for writing too, the log never ends."""
    with os.fdopen(os.open(log, os.O_RDWR), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("open ") and "WRITE" in line:
                remote.on_upload()
