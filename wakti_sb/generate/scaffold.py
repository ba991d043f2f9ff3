"""`wakti-sb generate table`: a migration and an `[[owned]]` entry for a table of the user's own."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import tomlkit

from ..errors import UsageError
from ..spec import Owned, Relation, Spec, load
from .plan import FOLDER, Change, Plan, next_version, plan
from .quoting import ident
from .render import Renderer


def scaffold_table(
    project_root: Path,
    sources_root: Path,
    name: str,
    *,
    through: str | None = None,
    key: str | None = None,
    owner: str = "user_id",
    shared: bool = False,
    now: datetime.datetime | None = None,
) -> Plan:
    """Plan a table whose rows belong to somebody: its migration, and its entry in `wakti.toml`.

    With `through` the rows belong to whom that described table's rows belong; `key` is the column
    that points there (default: the parent's name in the singular, and `_id`). Else `owner` names
    the user. With `shared` there is a second table, NAME in the singular and `_shares`: who owns a
    row of the first lets people in there, one by one, to read it or to change it. The files are the
    user's from then on; `plan()` afterwards adds the policies.

    Raise UsageError for a name that is taken or impossible, a parent that nobody described, or a
    `supabase/` that is not current.
    """
    toml = project_root / "wakti.toml"
    spec = load(toml)
    table = _relation(name)
    if spec.entry(table) is not None:
        raise UsageError(f"{table} is described in wakti.toml already")
    parent = None if through is None else _parent(through, spec)
    steps = {} if parent is None else _steps(parent, spec, key or f"{_singular(parent.table)}_id")
    values = {"table": table, "owner": owner, "parent": None, "owner_of_parent": None, **steps}
    values["shares"] = _shares(table, spec) if shared else None
    if plan(spec, sources_root, project_root, now=now).stale:
        # What the table stands on must come before it in the history.
        raise UsageError(f"{FOLDER}/ is not current", remedy="run wakti-sb generate first")
    version = next_version(project_root, now)
    path = f"{FOLDER}/migrations/{version}_create_{_file_part(table)}.sql"
    before = toml.read_bytes().decode("utf-8")
    return Plan(
        project_root,
        (
            Change(path, None, Renderer(spec, sources_root).render_table(values)),
            Change("wakti.toml", before, _with_entry(before, values)),
        ),
    )


def _shares(table: Relation, spec: Spec) -> dict[str, object]:
    """The table of shares of `table`, and its column that points there."""
    one = _singular(table)
    name = _relation(f"{ident(table.schema)}.{ident(one + '_shares')}")
    if spec.entry(name) is not None:
        raise UsageError(f"{name} is described in wakti.toml already")
    return {"table": name, "key": f"{one}_id"}


def _relation(name: str) -> Relation:
    try:
        table = Relation(name)
        ident(table.schema)
        ident(table.name)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return table


def _parent(through: str, spec: Spec) -> Owned:
    table = _relation(through)
    entry = spec.entry(table)
    if entry is None:
        known = [owned.table for owned in spec.owned]
        close = difflib.get_close_matches(table, known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UsageError(
            f"{table} is not described in wakti.toml; {hint}described are: {', '.join(known)}"
        )
    return entry


def _steps(parent: Owned, spec: Spec, key: str) -> dict[str, object]:
    """What the templates need to know of the parent."""
    path = spec.owner_path(parent)
    # The owner can be copied, and kept equal by a key, only from a row that names it itself.
    owner = path.column if path and not path.steps else None
    if path and path.steps and parent.owner:
        owner = parent.owner
    return {"parent": parent.table, "key": key, "parent_key": "id", "owner_of_parent": owner}


def _with_entry(text: str, values: dict[str, object]) -> str:
    """`wakti.toml` with the new `[[owned]]` behind the last one, everything else as it was."""
    lines = text.splitlines()
    place = _behind_the_last_entry(lines)
    head, tail = lines[:place], lines[place:]
    made = [line for entry in _entries(values) for line in ("", "[[owned]]", *entry)]
    return "\n".join([*head, *made, *([""] if tail else []), *tail]).lstrip("\n") + "\n"


def _entries(values: dict[str, object]) -> Iterator[list[str]]:
    """The lines of each entry, without its header."""
    right = "own" if values["owner_of_parent"] or not values["parent"] else "member"
    entry = tomlkit.table()
    entry.append("table", str(values["table"]))
    if values["parent"]:
        entry.append("through", str(values["parent"]))
        entry.append("key", values["key"])
    if right == "own":
        entry.append("owner", values["owner"])
    shares = values["shares"]
    if isinstance(shares, dict):
        way = {"table": str(shares["table"]), "key": shares["key"]}
        entry.append("shared", _inline({**way, "user": "user_id", "role": "access"}))
    entry.append("select", f"{right} or shared" if shares else right)
    entry.append("insert", right)
    columns = tomlkit.array()
    if shares:
        entry.append("update", _inline({"right": f"{right} or shared:write", "columns": columns}))
    else:
        entry.append("update", columns)
    entry["update"].comment("the columns that may be changed")
    if right == "own":
        belongs = [values["key"]] if values["parent"] else []
        entry.append("fixed", ["id", *belongs, values["owner"], "created_at"])
        entry["fixed"].comment("sent along with a whole row, and never changed")
    entry.append("delete", right)
    yield tomlkit.dumps(entry).splitlines()
    if isinstance(shares, dict):
        yield _entry_of_shares(shares, str(values["table"]), right)


def _entry_of_shares(shares: dict[str, object], table: str, right: str) -> list[str]:
    """Whoever has the right to write a row of `table` writes its shares."""
    entry = tomlkit.table()
    entry.append("table", str(shares["table"]))
    entry.append("through", table)
    entry.append("key", shares["key"])
    entry.append("select", f"{right} or shared")
    entry["select"].comment("shared: the person that the share names")
    entry.append("insert", right)
    of_members = {"right": right, "columns": ["access"]}
    entry.append("update", ["access"] if right == "own" else _inline(of_members))
    entry.append("delete", right)
    return tomlkit.dumps(entry).splitlines()


def _inline(values: Mapping[str, object]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _behind_the_last_entry(lines: list[str]) -> int:
    """Where a further `[[owned]]` goes: comments above the next header stay with that header."""
    headers = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    entries = [n for n in headers if re.match(r"\s*\[\[\s*owned\s*\]\]", lines[n])]
    end = len(lines)
    if entries:
        end = next((number for number in headers if number > entries[-1]), end)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        if not entries and lines[end - 1].strip():
            break  # the file ends in a comment of its own
        end -= 1
    while end < len(lines) and not lines[end].strip():
        lines.pop(end)
    return end


def _singular(table: Relation) -> str:
    name = table.name
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _file_part(table: Relation) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in table.name)
