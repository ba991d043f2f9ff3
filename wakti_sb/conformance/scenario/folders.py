"""What the folders of a storage path mean in a scenario: whose files lie there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ...spec import Bucket, Channel, Relation, Segment, Standing
from ..catalog import Catalog
from ..conditions.expression import ast, parsed, walk
from ..model import ELSEWHERE, OBJECTS, Identity, World
from .model import Row, Scenario
from .samples import uuid_for

LOOSE = "loose"
MAKES_IDS = re.compile(r"(::\s*|\bas\s+)uuid\b", re.IGNORECASE)  # of texts, in a body


@dataclass(frozen=True)
class Folder:
    """A folder of a bucket, or a topic: `path` is the pattern of the model that it follows.

    `worlds` says for each part to which side it belongs; where they differ it is nobody's.
    """

    bucket: Bucket | Channel
    path: tuple[Segment, ...]
    worlds: tuple[World, ...]
    parts: tuple[str, ...]

    @property
    def world(self) -> World:
        """The side that its files are on."""
        return self.worlds[0] if self.worlds else "this"

    @property
    def mixed(self) -> bool:
        """Whether its parts belong to different sides."""
        return len({w for s, w in zip(self.path, self.worlds, strict=False) if _leads(s)}) > 1

    def file(self, name: str) -> str:
        """The name of an object in this folder."""
        return "/".join((*self.parts, name))

    @property
    def label(self) -> str:
        """What the seeded object of this folder is called."""
        worlds = "-".join(self.worlds) if self.mixed else self.world
        return f"{self.bucket.name} {'/'.join(map(_spelled, self.path))} {worlds}"


def folder(
    scenario: Scenario,
    bucket: Bucket | Channel,
    path: tuple[Segment, ...],
    worlds: tuple[World, ...],
) -> Folder | None:
    """The folder that `path` means in `worlds`; None if a row that it names is not there."""
    parts: list[str] = []
    for segment, world in zip(path, worlds, strict=False):
        principal = next((who for who in scenario.identities if who.world == world), None)
        part = _part(scenario, bucket, segment, world, principal)
        if part is None:
            return None
        parts.append(part)
    return Folder(bucket, path, worlds, tuple(parts))


def folders(scenario: Scenario, bucket: Bucket) -> Iterator[Folder]:
    """Every folder of a bucket, this side's first; then those that mix both sides."""
    for path in bucket.paths or ((),):
        length = max(len(path), 1)
        sides: tuple[World, ...] = ("this", "other")
        for worlds in (*((side,) * length for side in sides), *_mixtures(path)):
            found = folder(scenario, bucket, path, worlds)
            if found is not None:
                yield found


def _mixtures(path: tuple[Segment, ...]) -> Iterator[tuple[World, ...]]:
    """This side's path with one leading part of the other side, and the other way round."""
    leading = [number for number, segment in enumerate(path) if _leads(segment)]
    if len(leading) < 2:
        return
    sides: tuple[tuple[World, World], ...] = (("this", "other"), ("other", "this"))
    for base, flipped in sides:
        for number in leading[1:]:
            yield tuple(flipped if i == number else base for i in range(len(path)))


def _leads(segment: Segment) -> bool:
    return segment.kind in ("user", "row", "members")


def ids_in_names(catalog: Catalog) -> str | None:
    """What follows an id in the names of files that policies can read; None where any name does.

    Policies, or functions that they call, may read a file's name as an id.
    """
    objects = catalog.tables.get(OBJECTS)
    texts = [t for p in (objects.policies if objects else ()) for t in (p.using, p.check) if t]
    called = [h.body for h in catalog.helpers if any(h.relation.name in text for text in texts)]
    return _ids_in_names(tuple(dict.fromkeys(texts)), tuple(dict.fromkeys(called)))


@lru_cache
def _ids_in_names(expressions: tuple[str, ...], bodies: tuple[str, ...]) -> str | None:
    found: set[str] = set()
    for tree in map(parsed, expressions):
        for node in walk(tree) if tree is not None else ():
            cast = isinstance(node, ast.TypeCast) and node.typeName.names[-1].sval == "uuid"
            calls = [str(n.funcname[-1].sval) for n in walk(node) if isinstance(n, ast.FuncCall)]
            if cast and "filename" in calls:
                found.add(".txt" if set(calls) - {"filename"} else "")
    if any("filename" in body and MAKES_IDS.search(body) for body in bodies):
        found.add(".txt")  # the function takes the ending away
    return min(found, default=None)


def file_name(scenario: Scenario, word: object) -> str:
    """A name that no file of other people has: at the end it is removed.

    An id where policies read names of files as ids: of another name the database makes none.
    """
    ending = ids_in_names(scenario.catalog)
    if ending is not None:
        return f"{uuid_for('file', scenario.salt, word)}{ending}"
    return "-".join(filter(None, ("wakti", scenario.salt, f"{word}.txt")))


def names_with(scenario: Scenario, user_id: str | None, word: str) -> tuple[str, str]:
    """Names that hold an id: as a folder, and in the file's own name."""
    ending = ids_in_names(scenario.catalog)
    name = file_name(scenario, word)
    return f"{user_id}/{name}", f"{user_id}-{name}" if ending is None else f"{user_id}{ending}"


def file_rows(scenario: Scenario) -> Iterator[Row]:
    """The objects to seed: one a folder, and one without a folder that belongs to nobody."""
    for bucket in scenario.spec.bucket:
        if bucket.name not in scenario.catalog.buckets:
            continue
        for number, place in enumerate(folders(scenario, bucket)):
            person = next(who for who in scenario.identities if who.world == place.world)
            name = place.file(file_name(scenario, number))
            yield _described(
                scenario, _row(bucket.name, name, place.label, person, place.world, scenario.salt)
            )
            if not bucket.recorded:
                yield from (_described(scenario, row) for row in _beside(scenario, place))
        label, name = f"{bucket.name} {LOOSE}", file_name(scenario, LOOSE)
        yield _row(bucket.name, name, label, None, None, scenario.salt)
        yield from _elsewhere(scenario, bucket)


def beside(place: Folder) -> tuple[str, str]:
    """What the objects are called that lie in a folder and bear the id of the other side."""
    return f"{place.label} below", f"{place.label} in the name"


def _beside(scenario: Scenario, place: Folder) -> Iterator[Row]:
    """A policy may look for the caller's id somewhere, and not where the folder is."""
    other = next((who for who in scenario.identities if who.world == "other"), None)
    person = next(who for who in scenario.identities if who.world == place.world)
    if other is None or place.world != "this" or place.mixed or not place.path:
        return
    names = names_with(scenario, other.user_id, "beside")
    for label, name in zip(beside(place), map(place.file, names), strict=True):
        yield _row(place.bucket.name, name, label, person, place.world, scenario.salt)


def _elsewhere(scenario: Scenario, bucket: Bucket) -> Iterator[Row]:
    """The same folder in a bucket that no policy should open."""
    place = next(folders(scenario, bucket), None)
    if place is not None and place.parts:
        person = next(who for who in scenario.identities if who.world == place.world)
        label = f"{bucket.name} {ELSEWHERE}"
        name = place.file(file_name(scenario, bucket.name))
        yield _row(ELSEWHERE, name, label, person, place.world, scenario.salt)


def standing(scenario: Scenario, place: Folder, who: Identity, owner_id: str | None) -> Standing:
    """What `who` is to a file in this folder."""
    owns: list[bool] = []
    roles: list[frozenset[str] | None] = []
    shares: list[frozenset[str] | None] = []
    for segment, part, world in zip(place.path, place.parts, place.worlds, strict=False):
        if segment.kind == "user":
            owns.append(part == who.user_id)
        elif segment.kind == "members" and place.bucket.members and who.user_id:
            roles.append(scenario.roles(place.bucket.members, part, who.user_id))
        elif segment.kind == "row":
            _add_row(scenario, segment.relation, world, who, owns, roles, shares)
    if not place.path:
        owns.append(owner_id is not None and owner_id == who.user_id)
    return Standing(
        signed_in=who.user_id is not None,
        owns=bool(owns) and all(owns) and who.user_id is not None,
        roles=_in_all(roles),
        shares=_in_all(shares),
        claims=who.token,
    )


def _add_row(
    scenario: Scenario,
    table: Relation,
    world: World,
    who: Identity,
    owns: list[bool],
    roles: list[frozenset[str] | None],
    shares: list[frozenset[str] | None],
) -> None:
    entry, row = scenario.spec.entry(table), scenario.row(table, world)
    if entry is None or row is None:
        return
    found = scenario.standing(who, entry, row.values)
    if scenario.spec.owner_path(entry) is not None:
        owns.append(found.owns)
    if scenario.spec.place_path(entry) is not None:
        roles.append(found.roles)
    if scenario.spec.share_path(entry) is not None:
        shares.append(found.shares)


def _in_all(found: list[frozenset[str] | None]) -> frozenset[str] | None:
    """The roles that somebody has in every place; None if there is one, or none, it is not in."""
    known = [roles for roles in found if roles is not None]
    return frozenset.intersection(*known) if known and len(known) == len(found) else None


def _part(
    scenario: Scenario,
    bucket: Bucket | Channel,
    segment: Segment,
    world: World,
    principal: Identity | None,
) -> str | None:
    match segment.kind:
        case "name":
            return segment.value
        case "any":
            return "folder"
        case "user":
            return principal.user_id if principal is not None else None
        case "row":
            row = scenario.row(segment.relation, world)
            if row is None:
                return None
            return str(row.values.get(scenario.key_columns(row.table)[0]))
        case "members":
            if bucket.members is None:
                return None
            row = scenario.row(bucket.members.table, world)
            return None if row is None else str(row.values.get(bucket.members.key))


def _row(
    bucket: str, name: str, label: str, person: Identity | None, world: World | None, salt: str
) -> Row:
    owner = person.user_id if person is not None else None
    values = {
        "id": uuid_for("object", salt, label),
        "bucket_id": bucket,
        "name": name,
        "owner": owner,
        "owner_id": owner,
    }
    return Row(OBJECTS, values, label, world, person)


def content(bucket: str, name: str) -> bytes:
    """The bytes of a seeded object."""
    return f"wakti-sb: {bucket}/{name}".encode()


def plain_type(allowed: Sequence[str] | None) -> str:
    """The first type that a bucket takes. Only what a request says is checked, not its bytes."""
    if not allowed or "*/*" in allowed or "text/plain" in allowed or "text/*" in allowed:
        return "text/plain"
    family, _, name = allowed[0].partition("/")
    return f"{family}/{'png' if family == 'image' else 'plain'}" if name == "*" else allowed[0]


def _described(scenario: Scenario, row: Row) -> Row:
    """The object with what the Storage API would write about it."""
    bucket, name = row.values["bucket_id"], row.values["name"]
    metadata = {
        "size": len(content(bucket, name)),
        "mimetype": plain_type(scenario.catalog.buckets[bucket].allowed_types),
    }
    return replace(row, values={**row.values, "metadata": json.dumps(metadata)})


def _spelled(segment: Segment) -> str:
    if segment.kind in ("user", "members"):
        return f"{{{segment.kind}}}"
    if segment.kind == "row":
        return f"{{{segment.value}}}"
    return "*" if segment.kind == "any" else segment.value
