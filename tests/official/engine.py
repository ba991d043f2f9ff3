"""A Docker engine of the tests' own, and small images for it: no registry is within reach."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IMAGE = "wakti-sb-tests:small"
_PROGRAMS = ("bash", "sleep", "ls", "cat")
_COMMAND = '["/bin/bash", "-c", "trap exit TERM; echo ready; while :; do sleep 0.2; done"]'
_START = 30.0  # seconds


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start it; yields what DOCKER_HOST has to be."""
    host = f"unix://{folder}/docker.sock"
    command = ["dockerd", "--storage-driver=vfs", "--iptables=false", "--bridge=none"]
    command += ["--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")]
    command += ["--pidfile", str(folder / "pid"), "--host", host]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _START
        while docker(host, "version", check=False).returncode != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((folder / "log").read_text())
            time.sleep(0.1)
        _import(host, folder)
        yield host
    finally:
        process.terminate()
        process.wait(20)


def docker(host: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Docker's own command."""
    return subprocess.run(
        ["docker", *arguments],
        env=os.environ | {"DOCKER_HOST": host},
        capture_output=True,
        text=True,
        check=check,
    )


def _import(host: str, folder: Path) -> None:
    root = folder / "image"
    (root / "tmp").mkdir(parents=True)
    for name in _PROGRAMS:
        program = str(shutil.which(name))
        linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
        for file in [program, *re.findall(r"/\S+", linked.stdout)]:
            target = root / ("bin/" + name if file == program else file.lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    (root / "bin" / "sh").symlink_to("bash")
    archive = folder / "image.tar"
    with tarfile.open(archive, "w") as packed:
        packed.add(root, arcname=".")
    docker(host, "import", "--change", f"CMD {_COMMAND}", str(archive), IMAGE)
