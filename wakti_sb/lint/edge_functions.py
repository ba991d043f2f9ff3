"""Edge functions as they were rendered: Deno's formatter, linter and type checker."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from wakti_sb.errors import EnvironmentProblem, WaktiError
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.tools import DENO

_ENTRIES = ("index.ts", "index.js")
_NO_NETWORK = ("error sending request", "dns error", "failed to lookup", "tcp connect error")
_UNFORMATTED = re.compile(r"^from (?P<file>.+):\n\s*(?P<line>\d+) \|", re.MULTILINE)
_AT = re.compile(r"^\s+at (?P<url>file://\S+):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_TYPE_ERROR = re.compile(
    r"^(?P<code>TS\d+) \[ERROR\]: (?P<message>.+?)$"
    rf"(?:(?!^TS\d+ \[ERROR\]).)*?{_AT.pattern}",
    re.MULTILINE | re.DOTALL,
)
_PARSE = f"{DENO}/parse"


@dataclass(frozen=True)
class Deno:
    """Deno, for the functions of one project.

    Parameters:
        program: the path of `deno`.
        cache: where it keeps packages; None is its own place.
    """

    program: str
    project: Path
    cache: Path | None = None

    def judge(self, function: Path) -> Iterator[Finding]:
        """What Deno finds in the folder of a function.

        Raise EnvironmentProblem if the packages it imports cannot be fetched.
        """
        broken = False
        for finding in self._lint(function):
            broken = broken or finding.rule == _PARSE
            yield finding
        if broken:
            return  # the others would say the same again
        yield from self._formatting(function)
        entry = next((name for name in _ENTRIES if (function / name).is_file()), None)
        if entry is not None:
            yield from self._types(function, entry)

    def _formatting(self, function: Path) -> Iterator[Finding]:
        done = self._run(function, "fmt", "--check")
        found = list(_UNFORMATTED.finditer(done.stderr + done.stdout))
        if done.returncode != 0 and not found:
            raise WaktiError(f"deno fmt did not finish: {done.stderr.strip()}")
        for match in found:
            yield Finding(
                f"{DENO}/fmt",
                self._name(Path(match["file"])),
                int(match["line"]),
                1,
                "is not formatted",
                "run `deno fmt` on its source",
            )

    def _lint(self, function: Path) -> Iterator[Finding]:
        done = self._run(function, "lint", "--json")
        try:
            report = json.loads(done.stdout)
        except ValueError:
            raise WaktiError(f"deno lint did not finish: {done.stderr.strip()}") from None
        for item in report["diagnostics"]:
            start = item["range"]["start"]
            yield Finding(
                f"{DENO}/{item['code']}",
                self._of_url(item["filename"]),
                start["line"],
                start["col"] + 1,
                item["message"],
                item.get("hint") or f"see https://docs.deno.com/lint/rules/{item['code']}",
            )
        for error in report["errors"]:
            message = error["message"]
            at = _AT.search(message)
            line, column = (int(at["line"]), int(at["column"])) if at else (1, 1)
            path = self._name(Path(error["file_path"]))
            yield Finding(_PARSE, path, line, column, message.splitlines()[0], "mend the syntax")

    def _types(self, function: Path, entry: str) -> Iterator[Finding]:
        done = self._run(function, "check", "--quiet", entry)
        if done.returncode == 0:
            return
        if any(sign in done.stderr.lower() for sign in _NO_NETWORK):
            raise EnvironmentProblem(
                "the packages of an edge function cannot be fetched",
                place=self._name(function / entry),
                remedy="They are fetched once. Connect to the network and run the command again.",
            )
        found = list(_TYPE_ERROR.finditer(done.stderr))
        for match in found:
            yield Finding(
                f"{DENO}/check",
                self._of_url(match["url"]),
                int(match["line"]),
                int(match["column"]),
                f"{match['message']} ({match['code']})",
                "make the types agree",
            )
        if not found:
            raise WaktiError(
                f"deno check did not finish: {done.stderr.strip()}",
                place=self._name(function / entry),
            )

    def _run(self, function: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        ours = {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
        if self.cache is not None:
            ours["DENO_DIR"] = str(self.cache)
        return subprocess.run(
            [self.program, *arguments],
            cwd=function,
            env=os.environ | ours,
            capture_output=True,
            text=True,
        )

    def _of_url(self, url: str) -> str:
        return self._name(Path(unquote(urlparse(url).path)))

    def _name(self, path: Path) -> str:
        try:
            return path.resolve().relative_to(self.project.resolve()).as_posix()
        except ValueError:
            return str(path)


def find_program() -> str:
    """The Deno that pip installed. Raise EnvironmentProblem if there is none for this Python."""
    try:
        from deno import find_deno_bin

        return os.fsdecode(find_deno_bin())
    except (ImportError, FileNotFoundError):
        raise EnvironmentProblem(
            "Deno is not installed for this Python.", remedy="Run: pip install deno"
        ) from None


def functions(project: Path) -> tuple[Path, ...]:
    """The folders of a project's edge functions."""
    folder = project / "supabase" / "functions"
    if not folder.is_dir():
        return ()
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if path.is_dir() and any((path / name).is_file() for name in (*_ENTRIES, "deno.json"))
        )
    )
