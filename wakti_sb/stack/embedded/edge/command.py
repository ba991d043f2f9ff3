"""How Deno is told to look at a function's imports, and to run it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wakti_sb.stack.embedded.deno import Deno
from wakti_sb.stack.embedded.edge.project import Function
from wakti_sb.stack.embedded.ports import HOST

# Runs in the function's process before the function: what the platform's runtime has and Deno not.
RUNTIME = Path(__file__).parents[1] / "services" / "edge" / "runtime.ts"
# Heap of a function in MiB, as on the platform.
HEAP = 256
# MiB of it for what was made just now. V8 would take a 128th of the heap and clear it all the time:
# a fifth of the processor's time of a request (bench site-api). The process is no larger for it.
YOUNG = 32


def examine(deno: Deno, function: Function, lock: Path) -> list[str]:
    """Print the graph of a function's modules as JSON, after fetching what is not in the cache."""
    return [
        deno.program,
        "info",
        "--json",
        "--allow-import",
        *_resolution(function, lock),
        str(function.entry),
    ]


def run(
    deno: Deno, function: Function, lock: Path, net: Iterable[int], files: Iterable[Path]
) -> list[str]:
    """Run a function from the cache, in its own folder.

    A team's own function reaches every host, as on the platform, and reads its folder, its static
    files and the modules that it imports. The site API reaches the stack alone, and no file.

    Parameters:
        net: the ports on this machine that the site API reaches, its own among them.
        files: the local modules that it imports.
    """
    return [
        deno.program,
        "run",
        "--quiet",
        "--no-prompt",
        "--cached-only",
        f"--v8-flags=--max-old-space-size={HEAP},--max-semi-space-size={YOUNG}",
        f"--preload={RUNTIME}",
        *_resolution(function, lock),
        *_permissions(deno, function, net, files),
        str(function.entry),
    ]


def environment(deno: Deno, function: Function) -> dict[str, str]:
    """What both commands need in their environment."""
    own = {} if function.package_json else {"DENO_NO_PACKAGE_JSON": "1"}
    return deno.env() | own | {"NO_COLOR": "1"}


def _resolution(function: Function, lock: Path) -> list[str]:
    """Where imports are looked up: what the platform would look at, and nothing above it."""
    config = "--no-config" if function.config is None else f"--config={function.config}"
    found = [config, "--node-modules-dir=none", f"--lock={lock}"]
    if function.import_map is not None:
        found.append(f"--import-map={function.import_map}")
    return found


def _permissions(
    deno: Deno, function: Function, net: Iterable[int], files: Iterable[Path]
) -> list[str]:
    if function.is_ours:
        return [f"--allow-net={','.join(f'{HOST}:{port}' for port in net)}", "--allow-env"]
    readable = [function.folder, deno.cache / "npm", *function.static_files, *files]
    # Relative to where it runs, and none with a comma: Deno has no way to write that.
    named = dict.fromkeys(os.path.relpath(one, function.folder) for one in readable)
    paths = ",".join(name for name in named if "," not in name)
    return ["--allow-net", "--allow-import", "--allow-env", "--allow-sys", f"--allow-read={paths}"]
