"""Runs a function that was sent to the platform, as its files were sent, in Deno."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wakti_sb.stack.embedded import deno, paths

_START = 20.0  # seconds


@dataclass
class Worker:
    """A process that serves one version of a function with one set of secrets.

    Parameters:
        folder: where its files are written.
    """

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(
        self, files: Mapping[str, bytes], metadata: Mapping[str, object], env: Mapping[str, str]
    ) -> bool:
        """Whether it came up."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        for path, content in files.items():
            file = self.folder / path
            assert file.resolve().is_relative_to(self.folder.resolve()), path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = deno.find(paths.cache())
        entry = files[str(metadata["entrypoint_path"])]
        how = "serve" if b"export default {" in entry else "run"
        command = [program.program, how, "--quiet", "--no-prompt", "--no-lock"]
        command += ["--allow-net", "--allow-env"]
        if metadata.get("import_map_path"):
            command += ["--config", str(self.folder / str(metadata["import_map_path"]))]
        command += [str(self.folder / str(metadata["entrypoint_path"]))]
        surroundings = {
            "PATH": os.environ["PATH"],
            "DENO_SERVE_ADDRESS": f"tcp:127.0.0.1:{self.port}",
            **program.env(),
            **env,
        }
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, env=surroundings, stdout=log, stderr=log)
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def log(self) -> str:
        """What it printed."""
        file = self.folder / "log"
        return file.read_text("utf-8", "replace") if file.is_file() else ""

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
