"""Where the project lives, for `[project.urls]`: the repository in which the package is built.

No address stands in pyproject.toml: it is the `origin` of the checkout, or what GitHub's and
GitLab's CI tell of it. Without any of them the package has none, and the build says so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from hatchling.metadata.plugin.interface import MetadataHookInterface

_SCP = re.compile(r"^(?:[^@/:]+@)?(?P<host>[^@/:]+):(?P<path>[^/].*)$")  # git@host:owner/name.git


class CustomMetadataHook(MetadataHookInterface):
    """Found by hatchling under this name."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the addresses, where there are any."""
        root = Path(self.root)
        home = from_remote(origin(root)) or from_ci(os.environ, root)
        if home is None:
            print(  # noqa: T201  (a build has no other voice)
                "wakti-sb: no `origin` on the web and no CI: the package names no project address.",
                file=sys.stderr,
            )
            return
        metadata["urls"] = {"Repository": home}


def origin(root: Path) -> str:
    """The URL of `origin` of the repository whose top folder this is; empty without one."""
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != root.resolve():  # unpacked in somebody else's repository
        return ""
    return _git(root, "config", "--local", "--get", "remote.origin.url")


def from_remote(remote: str) -> str | None:
    """The address of a remote's page on the web; None if it has none. Pure.

    No user, token, port of SSH or query gets into it.
    """
    scp = _SCP.match(remote)
    if scp is not None and "://" not in remote:
        remote = f"ssh://{scp['host']}/{scp['path']}"
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http", "ssh", "git", "git+ssh"):
        return None
    path = parts.path.rstrip("/").removesuffix(".git")
    if not re.search(r"\.[a-z]", host) or not path:  # this machine, a number, an alias of SSH's
        return None
    on_the_web = parts.scheme in ("https", "http")
    place = f"{host}:{port}" if on_the_web and port else host
    return urlunsplit((parts.scheme if on_the_web else "https", place, path, "", ""))


def from_ci(environ: Mapping[str, str], root: Path) -> str | None:
    """What a CI tells, if its own checkout is what is built and no other project's. Pure."""
    for folder, address in (
        ("GITHUB_WORKSPACE", "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}"),
        ("CI_PROJECT_DIR", "{CI_PROJECT_URL}"),
    ):
        if Path(environ.get(folder, "/nowhere")).resolve() == root.resolve():
            try:
                return from_remote(address.format_map(environ))
            except KeyError:
                continue
    return None


def _git(root: Path, *arguments: str) -> str:
    # A hook of git's tells its programs of another repository by these.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=env, capture_output=True, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
