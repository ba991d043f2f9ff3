"""The environment variables that the code reads, found in the code.

Python is parsed: `os.environ[NAME]`, `.get(NAME)`, `.pop(NAME)`, `NAME in os.environ`, and
`envvar=` of an option, where NAME is a text or a constant. TypeScript is searched for the calls
that read one. A place whose names only a run knows has to stand in `COMPUTED`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from wakti_sb import cli

ROOT = Path(__file__).parents[2]
_READS = frozenset({"get", "pop", "setdefault"})
_TYPESCRIPT = re.compile(r'\b(?:Deno\.env\.get|get|required)\(\s*"([A-Z_0-9]+)"')
_LIST = re.compile(r"export const VARIABLES = \[(.*?)\]", re.S)

# Where the name is computed: why, and where its names are listed in that file (capitals in quotes
# within an assignment to one of these constants).
COMPUTED: dict[str, tuple[str, ...]] = {
    "wakti_sb/proxies.py": ("_NAMES",),
    "wakti_sb/stack/embedded/edge/limits.py": ("WALL_CLOCK", "CPU"),
    "wakti_sb/stack/embedded/edge/environment.py": ("_FOR_THE_NETWORK", "_FOR_PACKAGES"),
    "wakti_sb/pytest_plugin/options.py": (),  # from its options: `of_the_plugin`
    "wakti_sb/cli/_endpoint.py": (),  # from the options: `of_the_commands`
    "wakti_sb/stack/auth_config.py": (),  # env(NAME) in supabase/config.toml: any name
    "wakti_sb/stack/config/values.py": (),  # the same
    "wakti_sb/site_suite/execute.py": (),  # takes away what it cannot know
}


def of_python(folder: str) -> dict[str, set[str]]:
    """The names that the Python files below a folder read, with the files."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / folder).rglob("*.py")):
        place = str(file.relative_to(ROOT))
        tree = ast.parse(file.read_text("utf-8"))
        constants = _constants(tree)
        for expression in _read(tree):
            name = _name(expression, constants)
            if name is None and place not in COMPUTED:
                raise AssertionError(f"{place}:{expression.lineno}: which variable is read here?")
            if name is not None:
                found.setdefault(name, set()).add(place)
        for constant in COMPUTED.get(place, ()):
            for name in _texts(tree, constant):
                found.setdefault(name, set()).add(place)
    return found


def of_typescript(folder: str) -> dict[str, set[str]]:
    """The names that the TypeScript files below a folder read, with the files."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / folder).rglob("*.ts")):
        if ".test." in file.name or "node_modules" in file.parts:
            continue
        text = file.read_text("utf-8")
        names = set(_TYPESCRIPT.findall(text)) if "env" in text else set()
        for listed in _LIST.findall(text):
            names |= set(re.findall(r'"([A-Z_0-9]+)"', listed))
        for name in names:
            found.setdefault(name, set()).add(str(file.relative_to(ROOT)))
    return found


def of_the_commands() -> dict[str, dict[str, list[str]]]:
    """The variables of options: name, option, and the commands that have it."""
    found: dict[str, dict[str, list[str]]] = {}
    for path, command in _commands(cli.root, "wakti-sb"):
        for option in command.params:
            names = option.envvar if isinstance(option.envvar, list) else [option.envvar]
            for name in filter(None, names):
                found.setdefault(name, {}).setdefault(option.opts[0], []).append(path)
    return found


def of_the_plugin() -> dict[str, str]:
    """The variables of the pytest plugin's options: each option can be read from one."""
    text = (ROOT / "wakti_sb/pytest_plugin/options.py").read_text("utf-8")
    address = _texts(ast.parse(text), "_ADDRESS", keys=True)
    names = [*address, *re.findall(r'"--wakti-([a-z-]+)"', text)]
    return {f"WAKTI_{name.replace('-', '_').upper()}": f"--wakti-{name}" for name in names}


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


def _read(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that name a variable which is read."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=place, slice=key, ctx=ast.Load()) if _is_environment(place):
                yield key
            case ast.Call(func=ast.Attribute(value=place, attr=attr), args=[key, *_]) if (
                attr in _READS and _is_environment(place)
            ):
                yield key
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="os"), attr="getenv"), args=[key, *_]
            ):
                yield key
            case ast.Compare(left=key, ops=[ast.In()], comparators=[place]) if _is_environment(
                place
            ):
                yield key
            case ast.keyword(arg="envvar", value=ast.List(elts=keys) | ast.Tuple(elts=keys)):
                yield from keys
            case ast.keyword(arg="envvar", value=key):
                yield key


def _is_environment(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ") | ast.Name(id="environ"):
            return True
    return False


def _name(node: ast.expr, constants: dict[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str(name)):
            return name
        case ast.Name(id=constant) | ast.Attribute(attr=constant):
            return constants.get(constant)
    return None


def _constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives names to, and those that it imports from our modules."""
    found = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                found[name] = text
            case ast.ImportFrom(module=str(module), names=names):
                file = ROOT / f"{module.replace('.', '/')}.py"
                wanted = [alias.name for alias in names if alias.name.isupper()]
                if wanted and file.is_file():
                    inner = _constants(ast.parse(file.read_text("utf-8")))
                    found |= {name: inner[name] for name in wanted if name in inner}
    return found


def _texts(tree: ast.Module, constant: str, *, keys: bool = False) -> list[str]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == constant:
                parts = value.keys if keys and isinstance(value, ast.Dict) else ast.walk(value)
                return [
                    part.value
                    for part in parts
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
    raise AssertionError(f"there is no constant {constant}")
