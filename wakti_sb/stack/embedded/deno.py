"""Deno: where its program is, and how its packages get into our cache once and for all."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from wakti_sb.errors import EnvironmentProblem
from wakti_sb.stack.embedded.paths import make_folder

_NO_NETWORK_SIGNS = ("error sending request", "dns error", "failed to lookup", "tcp connect error")

# What Deno says, in small letters, of a host that shows a certificate nobody vouches for.
UNTRUSTED = "invalid peer certificate"


@dataclass(frozen=True)
class Deno:
    """A Deno program with a package cache of its own.

    Parameters:
        program: the path of `deno`.
        cache: what Deno calls DENO_DIR.
    """

    program: str
    cache: Path

    def installed(self, entry: Path) -> bool:
        """Whether everything that `entry` imports is in the cache."""
        return self._stamp(entry).exists()

    def install(self, entry: Path) -> None:
        """Fetch what the lock file beside `entry` names, so that it runs without a network.

        Raise EnvironmentProblem if the package registry cannot be reached.
        """
        make_folder(self.cache)
        command = [self.program, "install", "--quiet", "--frozen", "--entrypoint", entry.name]
        done = subprocess.run(
            command,
            cwd=entry.parent,
            env=os.environ | self.env() | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise self._explain(done.stderr, entry)
        try:
            self._stamp(entry).touch()
        except OSError as error:
            raise EnvironmentProblem(
                f"the cache cannot be written: {error.strerror or error}",
                place=str(self.cache),
                remedy="Name a folder that you may write to in WAKTI_CACHE.",
            ) from error

    def env(self) -> dict[str, str]:
        """What every process of ours needs in its environment to find the cache."""
        return {
            "DENO_DIR": str(self.cache),
            "DENO_NO_UPDATE_CHECK": "1",
            # Also whom this machine trusts: the authority of a company's proxy is written there.
            "DENO_TLS_CA_STORE": os.environ.get("DENO_TLS_CA_STORE") or "mozilla,system",
        }

    def _stamp(self, entry: Path) -> Path:
        """A file that is there when the packages of this very lock file have been fetched."""
        digest = sha256(str(entry.name).encode())
        for name in ("deno.json", "deno.lock"):
            file = entry.parent / name
            digest.update(file.read_bytes() if file.exists() else b"")
        return self.cache / f"installed-{digest.hexdigest()[:16]}"

    def _explain(self, output: str, entry: Path) -> EnvironmentProblem:
        text = output.lower()
        if UNTRUSTED in text:
            return EnvironmentProblem(
                "cannot fetch the packages of the local stack: the certificate of"
                f" {_host(output)} is signed by nobody that this machine trusts.",
                remedy="Name the file of who signed it in DENO_CERT: a proxy's authority, mostly.",
            )
        if any(sign in text for sign in _NO_NETWORK_SIGNS):
            return EnvironmentProblem(
                f"cannot fetch the packages of the local stack: {_host(output)} is out of reach.",
                remedy="They are fetched once. Connect to the network and run the command again.",
            )
        lines = [line for line in output.strip().splitlines() if line.strip()]
        return EnvironmentProblem(
            f"cannot fetch the packages: {lines[0] if lines else 'deno install failed'}",
            place=str(entry.parent / "deno.lock"),
        )


def _host(output: str) -> str:
    """The host that did not answer."""
    found = re.search(r"https?://([^/\s:]+)", output)
    return found[1] if found else "the package registry"


def program() -> str:
    """The path of the Deno that pip installed.

    Raise EnvironmentProblem if there is none for this Python.
    """
    try:
        from deno import find_deno_bin

        return os.fsdecode(find_deno_bin())
    except (ImportError, FileNotFoundError):
        raise EnvironmentProblem(
            "Deno is not installed for this Python.", remedy="Run: pip install deno"
        ) from None


def find(cache: Path) -> Deno:
    """That Deno with its part of the cache.

    Raise EnvironmentProblem if there is none for this Python.
    """
    return Deno(program(), cache / "deno")
