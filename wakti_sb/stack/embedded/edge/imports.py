"""What a function imports: looked at, fetched, and what stands in the way of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.edge import command, stand_ins
from wakti_sb.stack.embedded.edge.project import Function

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_UNREACHED = re.compile(r"""(?:Import '|Failed loading )(https?://[^\s']+)""")
_FETCH_TIMEOUT = 300.0  # seconds


@dataclass(frozen=True)
class Imports:
    """The modules of a function.

    Parameters:
        files: those on this machine, the function itself first.
        problems: what stands in the way, each a sentence with its place; empty if all is well.
        unreached: the hosts that did not answer.
        stand_ins: by address, what stands in for a module of such a host.
        instead: the function with an import map of ours, where there are stand-ins.
    """

    files: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    instead: Function | None = None


async def look(
    deno: Deno, function: Function, project: Path, lock: Path, env: Mapping[str, str]
) -> Imports:
    """The modules of a function, after fetching what is not in the cache.

    Which versions were chosen is written into a lock file of ours, which begins as a copy of the
    function's own: the project's files are never written.

    Parameters:
        lock: our lock file.
        env: how the network is reached.
    """
    deno.cache.mkdir(parents=True, exist_ok=True)
    if not function.entry.is_file():
        place = _relative(function.entry, project)
        return Imports(problems=(f"{place}: there is no such file.",))
    for file in (function.config, function.import_map):
        if file is not None and not file.is_file():
            place = _relative(file, project)
            told = f"{place}: there is no such file, and supabase/config.toml names it."
            return Imports((function.entry,), (told,))
    _begin(lock, function)
    said, output = await _ask(deno, function, lock, env)
    if said is None and "ockfile" in output:
        lock.unlink(missing_ok=True)  # damaged, or of a Deno that is newer than ours
        said, output = await _ask(deno, function, lock, env)
    if said is None:
        return Imports((function.entry,), (_first_line(output, project),))
    found = read(said, project)
    substitutes = stand_ins.of_graph(said) if found.unreached else {}
    if not substitutes:
        return found
    names = {name: substitute for name, (_, substitute) in substitutes.items()}
    instead = stand_ins.with_map(function, names, lock.parent)
    said, output = await _ask(deno, instead, lock, env)
    if said is None:
        return replace(found, problems=(_first_line(output, project),))
    again = read(said, project)
    return replace(
        again,
        files=tuple(file for file in again.files if not stand_ins.is_ours(file)),
        unreached=found.unreached,
        stand_ins=dict(substitutes.values()),
        instead=instead,
    )


def read(graph: Mapping[str, Any], project: Path) -> Imports:
    """What `deno info --json` says. Pure."""
    modules: Sequence[Mapping[str, Any]] = graph.get("modules", ())
    # Also those that are not there, or are no code yet: a change may mend them.
    files = [_path(one["specifier"]) for one in modules if _is_file(one["specifier"])]
    first = [_path(root) for root in graph.get("roots", ())]
    importers = dict(_importers(modules))
    run = _run(graph)
    needed = [one for one in modules if one["specifier"] in run]
    problems = dict.fromkeys(_problems(needed, importers, project))
    errors = [str(one["error"]) for one in needed if "error" in one]
    addresses = [found for error in errors for found in _UNREACHED.findall(error)]
    hosts = dict.fromkeys(urlsplit(address).hostname or address for address in addresses)
    return Imports(tuple(dict.fromkeys([*first, *files])), tuple(problems), tuple(hosts))


def _run(graph: Mapping[str, Any]) -> set[str]:
    """The modules that are run: what is imported for its types alone need not be there."""
    modules = {one["specifier"]: one for one in graph.get("modules", ())}
    redirects: Mapping[str, str] = graph.get("redirects", {})
    found: set[str] = set()
    waiting: list[str] = list(graph.get("roots", ()))
    while waiting:
        specifier = waiting.pop()
        if specifier in found:
            continue
        found.add(specifier)
        if specifier in redirects:
            waiting.append(redirects[specifier])
        for dependency in modules.get(specifier, {}).get("dependencies", ()):
            if "specifier" in (code := dependency.get("code") or {}):
                waiting.append(code["specifier"])
    return found


def _is_file(specifier: str) -> bool:
    return specifier.startswith("file:")


def _path(specifier: str) -> Path:
    return Path(unquote(urlsplit(specifier).path))


def _importers(modules: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """By specifier: who imports it, and where in that file. The first one found counts."""
    for module in reversed(modules):
        for dependency in module.get("dependencies", ()):
            for use in (dependency.get("code"), dependency.get("type")):
                if use and "specifier" in use:
                    yield use["specifier"], (module["specifier"], use["span"]["start"])


def _problems(
    modules: Sequence[Mapping[str, Any]],
    importers: Mapping[str, tuple[str, Any]],
    project: Path,
) -> Iterator[str]:
    for module in modules:
        if "error" in module:
            yield _problem(str(module["error"]), importers.get(module["specifier"]), project)
        for dependency in module.get("dependencies", ()):
            use = dependency.get("code") or {}
            if "error" in use:
                place = (module["specifier"], use["span"]["start"])
                yield _problem(str(use["error"]), place, project)


def _problem(error: str, place: tuple[str, Any] | None, project: Path) -> str:
    own = re.search(r"at (file://\S+?):(\d+):(\d+)\s*$", error)
    cause = _cause(error.splitlines()[0], project)
    if own:
        return f"{_named(own[1], project)}:{own[2]}:{own[3]}: {cause}"
    if place is None:
        return cause
    specifier, start = place
    return f"{_named(specifier, project)}:{start['line'] + 1}:{start['character'] + 1}: {cause}"


def _cause(text: str, project: Path) -> str:
    unreached = _UNREACHED.search(text)
    if unreached:
        host = urlsplit(unreached[1]).hostname
        return f"{host} is out of reach: cannot fetch {unreached[1]}"
    return re.sub(r"file://[^\s\"']+", lambda found: _named(found[0], project), text)


def _named(specifier: str, project: Path) -> str:
    """A module as the person knows it: relative to the project."""
    return _relative(_path(specifier), project) if _is_file(specifier) else specifier


def _relative(file: Path, project: Path) -> str:
    name = os.path.relpath(file, project)
    return str(file) if name.startswith("../../..") else name


def _begin(lock: Path, function: Function) -> None:
    """Take over the function's own lock file, and again whenever that changes."""
    own = function.entry.parent / "deno.lock"
    seen = lock.with_suffix(".seen")
    lock.parent.mkdir(parents=True, exist_ok=True)
    text = own.read_bytes() if own.is_file() else b""
    if text != (seen.read_bytes() if seen.is_file() else b""):
        lock.unlink(missing_ok=True)
        if text:
            lock.write_bytes(text)
        seen.write_bytes(text)


async def _ask(
    deno: Deno, function: Function, lock: Path, env: Mapping[str, str]
) -> tuple[dict[str, Any] | None, str]:
    process = await asyncio.create_subprocess_exec(
        *command.examine(deno, function, lock),
        cwd=function.entry.parent,
        env={**env, **command.environment(deno, function)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _FETCH_TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None, f"fetching its packages took longer than {_FETCH_TIMEOUT:.0f} s."
    try:
        found: dict[str, Any] = json.loads(out)
    except ValueError:
        return None, err.decode("utf-8", "replace")
    return found, ""


def _first_line(output: str, project: Path) -> str:
    lines = [_ANSI.sub("", line).strip() for line in output.splitlines()]
    told = [line for line in lines if line and not line.startswith(("Download ", "Warning"))]
    return _cause(told[0].removeprefix("error: "), project) if told else "deno info failed."
