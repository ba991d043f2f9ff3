"""The edge functions of a project as they are sent: files, their order, and a digest of all."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wakti_sb import __version__
from wakti_sb.deploy.errors import DeployError
from wakti_sb.stack import config as configuration
from wakti_sb.stack.config import FunctionSettings
from wakti_sb.stack.machine import Deno

BACKEND = "project-backend-api"

_FUNCTIONS = Path("supabase") / "functions"
_ENTRIES = ("index.ts", "index.tsx", "index.js", "index.jsx", "index.mjs")
# The platform's order; a setting in config.toml goes before all of them.
_IMPORT_MAPS = ("deno.json", "deno.jsonc", "import_map.json")
_LARGEST_BUNDLE = 20 * 1024 * 1024  # bytes; the platform's limit


@dataclass(frozen=True)
class FunctionSource:
    """A function of the project.

    Parameters:
        name: what follows `/functions/v1/`.
        entry: its first module, relative to the project.
        import_map: its deno.json or import map, likewise; None without one.
        static: patterns of files that it reads, as config.toml has them, likewise.
        verify_jwt: whether the platform asks for a valid token before it.
        read: reads or makes what is sent.
        made_from: digests of what it is made from, where it has to be made: bundling takes
            longer than everything else together, and is done only when it is sent.
    """

    name: str
    entry: str
    import_map: str | None
    static: tuple[str, ...]
    verify_jwt: bool
    read: Callable[[], Mapping[str, bytes]]
    made_from: str | None = None

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """What is sent, by path relative to the project, in the order of sending.

        Raise DeployError if it cannot be made, or the platform does not take as much.
        """
        files = self.read()
        size = sum(len(content) for content in files.values())
        if size > _LARGEST_BUNDLE:
            raise DeployError(
                f"the function {self.name} has {size / 1024**2:.0f} MiB of sources, and the"
                " platform takes 20.",
                place=self.entry,
            )
        return files

    @property
    def metadata(self) -> dict[str, Any]:
        """The first part of the request."""
        described: dict[str, Any] = {
            "name": self.name,
            "entrypoint_path": self.entry,
            "verify_jwt": self.verify_jwt,
        }
        if self.import_map is not None:
            described["import_map_path"] = self.import_map
        if self.static:
            described["static_patterns"] = list(self.static)
        return described

    @cached_property
    def digest(self) -> str:
        """Changes when anything that is sent does."""
        digest = sha256(json.dumps(self.metadata, sort_keys=True).encode())
        if self.made_from is not None:
            digest.update(f"{__version__} {self.made_from}".encode())
            return digest.hexdigest()
        for path, content in sorted(self.files.items()):
            digest.update(f"\n{path} {sha256(content).hexdigest()}".encode())
        return digest.hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(content) for content in self.files.values())


def read(project: Path, deno: Deno, *, one_module: bool = True) -> tuple[FunctionSource, ...]:
    """Every function that is not disabled; folders that begin with `_` or `.` hold shared code.

    Parameters:
        one_module: whether this toolkit's own function goes as one minified module, which starts
            sooner, rather than as its sources.

    Raise DeployError if a module is missing or outside of the project.
    """
    root = project.resolve()
    settings = configuration.read(root).functions
    found = []
    for name in _names(root, settings):
        one = settings.get(name, FunctionSettings())
        if not one.enabled:
            continue
        source = _source(root, name, one, deno)
        found.append(_bundled(root, source, deno) if name == BACKEND and one_module else source)
    return tuple(found)


def _names(root: Path, settings: Mapping[str, FunctionSettings]) -> list[str]:
    folders = {
        entry.parent.name
        for pattern in _ENTRIES
        for entry in (root / _FUNCTIONS).glob(f"*/{pattern}")
        if not entry.parent.name.startswith(("_", "."))
    }
    return sorted(folders | {name for name, one in settings.items() if one.entrypoint})


def _source(root: Path, name: str, settings: FunctionSettings, deno: Deno) -> FunctionSource:
    folder = root / _FUNCTIONS / name
    if settings.entrypoint:
        entry = (root / "supabase" / settings.entrypoint).resolve()
    else:
        entry = next(folder / one for one in _ENTRIES if (folder / one).is_file())
    if not entry.is_file():
        raise DeployError(
            f"the entry point of the function {name} is not there.",
            place=_inside(root, entry, name),
            remedy="Its path in supabase/config.toml is relative to supabase/.",
        )
    import_map = _import_map(root, folder, settings)
    static = list(_static(root, settings))
    modules = _modules(root, name, entry, import_map, deno)
    ordered = [*([import_map] if import_map else []), *static, *modules]
    files = {_inside(root, file, name): file.read_bytes() for file in dict.fromkeys(ordered)}
    return FunctionSource(
        name=name,
        entry=_inside(root, entry, name),
        import_map=_inside(root, import_map, name) if import_map else None,
        static=tuple(f"supabase/{one.removeprefix('./')}" for one in settings.static_files),
        verify_jwt=settings.verify_jwt,
        read=lambda: files,
    )


def _import_map(root: Path, folder: Path, settings: FunctionSettings) -> Path | None:
    if settings.import_map:
        return (root / "supabase" / settings.import_map).resolve()
    found = [folder / name for name in _IMPORT_MAPS if (folder / name).is_file()]
    return found[0] if found else None


def _static(root: Path, settings: FunctionSettings) -> Iterator[Path]:
    for pattern in settings.static_files:
        for file in sorted((root / "supabase").glob(pattern.removeprefix("./"))):
            if file.is_file():
                yield file.resolve()


def _modules(root: Path, name: str, entry: Path, import_map: Path | None, deno: Deno) -> list[Path]:
    """The entry and every module of the project that it reaches, types included."""
    command = [deno.program, "info", "--json", "--no-lock", "--no-npm", "--no-remote"]
    if import_map is not None:
        option = "--import-map" if import_map.name == "import_map.json" else "--config"
        command += [option, str(import_map)]
    done = _run(deno, [*command, str(entry)], root)
    try:
        modules = json.loads(done.stdout)["modules"]
    except (ValueError, KeyError):
        raise DeployError(
            f"the modules of the function {name} cannot be found: {_first_line(done.stderr)}",
            place=_inside(root, entry, name),
        ) from None
    found = [entry]
    for module in modules:
        parts = urlsplit(module["specifier"])
        if parts.scheme != "file":
            continue  # npm:, jsr: and https: modules are fetched by the platform
        if "error" in module:
            said = _first_line(module["error"].replace(root.as_uri() + "/", ""))
            raise DeployError(said, place=_inside(root, entry, name))
        found.append(Path(unquote(parts.path)).resolve())
    return found


def _bundled(root: Path, source: FunctionSource, deno: Deno) -> FunctionSource:
    """The same function as one minified module with the packages in it."""
    entry = str(Path(source.entry).with_suffix(".js"))
    lock = root / Path(source.entry).with_name("deno.lock")  # which packages those are
    packages = sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""
    return FunctionSource(
        name=source.name,
        entry=entry,
        import_map=None,
        static=(),
        verify_jwt=source.verify_jwt,
        read=lambda: {entry: _bundle(root, source, deno)},
        made_from=f"{source.digest} {packages}",
    )


def _bundle(root: Path, source: FunctionSource, deno: Deno) -> bytes:
    with tempfile.TemporaryDirectory(prefix="wakti-sb-") as name:
        out = Path(name) / "index.js"
        command = [deno.program, "bundle", "--quiet", "--minify", "--platform", "deno"]
        command += ["--config", str(root / source.import_map)] if source.import_map else []
        done = _run(deno, [*command, "--output", str(out), str(root / source.entry)], root)
        if done.returncode != 0 or not out.is_file():
            raise DeployError(
                f"the function cannot be bundled: {_first_line(done.stderr)}",
                place=source.entry,
                remedy="Connect to the network, or send its sources: --every-module.",
            )
        header = f"// Bundled by wakti-sb {__version__} from {source.entry}; its source is there.\n"
        return header.encode() + out.read_bytes()


def _run(deno: Deno, command: list[str], root: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | deno.env() | {"NO_COLOR": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)


def _inside(root: Path, file: Path, name: str) -> str:
    """A path as it is sent. Raise DeployError if it is outside of the project."""
    try:
        return file.resolve().relative_to(root).as_posix()
    except ValueError:
        raise DeployError(
            f"the function {name} needs a file that is outside of the project.",
            place=str(file),
            remedy="Move it below supabase/functions/_shared.",
        ) from None


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "deno said nothing."
