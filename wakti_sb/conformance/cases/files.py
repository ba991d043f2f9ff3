"""Storage: list, upload, overwrite, move and remove, in folders of one's own and of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Bucket, allows
from ...spec import Operation as SpecOperation
from ..catalog import OBJECTS
from ..scenario import SERVICE, Identity, Row, Scenario
from ..scenario.folders import ELSEWHERE, LOOSE, Folder, folders, standing
from .model import ALLOWED_NEW, DENIED, Attempt, Case, Expectation, exactly
from .requests import Delete, Insert, Pairs, Request, Select, Update

_COLUMNS = ("id", "bucket_id", "name")
_DELETE = (("storage.allow_delete_query", "true"),)  # as the Storage service sets it


def file_cases(scenario: Scenario) -> Iterator[Case]:
    """The cases of every bucket that is described and there."""
    if str(OBJECTS) in scenario.untested:
        return
    for bucket in scenario.spec.bucket:
        if bucket.name in scenario.catalog.buckets:
            yield from _Files(scenario, bucket).cases()


class _Files:
    """One bucket and the folders that are tried in it."""

    def __init__(self, scenario: Scenario, bucket: Bucket) -> None:
        self.scenario = scenario
        self.bucket = bucket
        self.folders = list(folders(scenario, bucket))
        self.people = [who for who in scenario.identities if who is not SERVICE]

    def cases(self) -> Iterator[Case]:
        """Every case of the bucket."""
        here = [place for place in self.folders if place.world == "this" or place.mixed]
        for who in self.people:
            yield self._list(who)
            yield from self._elsewhere(who)
            yield from self._unfiltered(who)
            for place in here:
                row = self.scenario.row(OBJECTS, place.label)
                if row is not None:
                    yield from self._file(who, place, row)
                yield self._upload(who, place)
            yield from self._loose(who)
        yield from self._moves(here)

    def may(
        self, who: Identity, operation: SpecOperation, place: Folder, owner: str | None
    ) -> bool:
        """What the model says about a file in this folder."""
        right = self.bucket.right(operation)
        return allows(right, standing(self.scenario, place, who, owner))

    def _list(self, who: Identity) -> Case:
        keys = frozenset(self._keys(who, "select"))
        request = Select(OBJECTS, _COLUMNS, (("bucket_id", self.bucket.name),))
        words = "lists only files that are open to it" if keys else "lists nothing"
        expected = Expectation(keys, keys)
        return self._case(who, words, "select", "unfiltered", request, expected)

    def _file(self, who: Identity, place: Folder, row: Row) -> Iterator[Case]:
        owner, where = row.values["owner_id"], _where(row)
        own = "its own file" if row.person is who and not place.mixed else "this file"
        name = f"{own}{self._in(place)}"
        requests: dict[SpecOperation, tuple[str, Request]] = {
            "select": ("read", Select(OBJECTS, _COLUMNS, where)),
            "update": ("overwrite", Update(OBJECTS, (("version", "overwritten"),), where)),
            "delete": ("remove", Delete(OBJECTS, where)),
        }
        for operation, (verb, request) in requests.items():
            allowed = self.may(who, operation, place, owner)
            if allowed and not self.may(who, "select", place, owner):
                continue  # the service must find a file before it changes it
            expected = exactly((str(row.values["id"]),)) if allowed else DENIED
            family = "own" if allowed else "foreign"
            words = f"{'can' if allowed else 'cannot'} {verb} {name}"
            yield self._case(who, words, operation, family, request, expected, place)

    def _upload(self, who: Identity, place: Folder) -> Case:
        allowed = self.may(who, "insert", place, who.user_id)
        request = Insert(OBJECTS, self._new(who, place.file("new.txt")))
        words = f"{'can' if allowed else 'cannot'} upload into this folder{self._in(place)}"
        expected = ALLOWED_NEW if allowed else DENIED
        family = "own" if allowed else "foreign"
        return self._case(who, words, "insert", family, request, expected, place)

    def _loose(self, who: Identity) -> Iterator[Case]:
        """Files in no folder belong to nobody: they show a policy that trusts any path."""
        row = self.scenario.row(OBJECTS, f"{self.bucket.name} {LOOSE}")
        if row is None or not self.bucket.paths:
            return
        where = _where(row)
        ways: dict[SpecOperation, tuple[str, Request]] = {
            "select": ("read a file", Select(OBJECTS, _COLUMNS, where)),
            "insert": ("upload a file", Insert(OBJECTS, self._new(who, "new.txt"))),
            "update": ("overwrite a file", Update(OBJECTS, (("version", "x"),), where)),
            "delete": ("remove a file", Delete(OBJECTS, where)),
        }
        for operation, (verb, request) in ways.items():
            nowhere = Folder(self.bucket, (), (), ())
            claims = standing(self.scenario, nowhere, who, None)
            if allows(self.bucket.right(operation), claims):
                continue
            words = f"cannot {verb} without a folder"
            yield self._case(who, words, operation, "no folder", request, DENIED)

    def _elsewhere(self, who: Identity) -> Iterator[Case]:
        """The same folder of a bucket that the model does not name."""
        row = self.scenario.row(OBJECTS, f"{self.bucket.name} {ELSEWHERE}")
        if row is None or who.world != "this":
            return
        place = next(iter(self.folders))
        new = {**dict(self._new(who, place.file("new.txt"))), "bucket_id": ELSEWHERE}
        ways: dict[SpecOperation, tuple[str, Request]] = {
            "select": ("read a file", Select(OBJECTS, _COLUMNS, _where(row))),
            "insert": ("upload a file", Insert(OBJECTS, tuple(new.items()))),
            "update": ("overwrite a file", Update(OBJECTS, (("version", "x"),), _where(row))),
            "delete": ("remove a file", Delete(OBJECTS, _where(row))),
        }
        for operation, (verb, request) in ways.items():
            words = f"cannot {verb} in the same folder of another bucket"
            yield self._case(who, words, operation, "another bucket", request, DENIED)

    def _unfiltered(self, who: Identity) -> Iterator[Case]:
        """Without a filter the policy of one operation stands alone, unaided by that for SELECT."""
        ways: dict[SpecOperation, tuple[str, Request]] = {
            "update": ("changes", Update(OBJECTS, (("version", "overwritten"),))),
            "delete": ("removes", Delete(OBJECTS)),
        }
        for operation, (verb, request) in ways.items():
            keys = frozenset(self._keys(who, operation))
            strangers = frozenset(
                (str(row.values["id"]),)
                for row in self.scenario.of(OBJECTS)
                if not (row.label or "").startswith(f"{self.bucket.name} ")
                and row.values["bucket_id"] != ELSEWHERE
            )
            expected = Expectation(keys | strangers, keys)
            case = self._case(
                who,
                f"{verb} only what it may without a filter" if keys else f"{verb} nothing unasked",
                operation,
                "unfiltered",
                request,
                expected,
            )
            # The Storage API always names files.
            yield replace(case, transports=("sql",))

    def _keys(self, who: Identity, operation: SpecOperation) -> Iterator[tuple[str]]:
        for place in self.folders:
            row = self.scenario.row(OBJECTS, place.label)
            if row is not None and self.may(who, operation, place, row.values["owner_id"]):
                yield (str(row.values["id"]),)

    def _moves(self, here: list[Folder]) -> Iterator[Case]:
        """A file of one's own into a foreign folder, and a foreign file into one's own."""
        for place in (place for place in here if not place.mixed):
            home = next(
                (
                    f
                    for f in self.folders
                    if f.path == place.path and f.world == "other" and not f.mixed
                ),
                None,
            )
            row = self.scenario.row(OBJECTS, place.label)
            mine = None if home is None else self.scenario.row(OBJECTS, home.label)
            if home is None or mine is None or row is None or mine.person is None or not place.path:
                continue
            who = mine.person
            into = Update(OBJECTS, (("name", place.file("moved.txt")),), _where(mine))
            over = Update(OBJECTS, (("name", home.file("moved.txt")),), _where(row))
            if not self.may(who, "update", place, who.user_id):
                words = f"cannot move its own file into this folder{self._in(place)}"
                yield self._case(who, words, "update", "move", into, DENIED)
                yield self._move_alone(who, place, mine, words)
                words = f"cannot move this file into its own folder{self._in(place)}"
                yield self._case(who, words, "update", "move", over, DENIED)

    def _move_alone(self, who: Identity, place: Folder, mine: Row, words: str) -> Case:
        """Without a filter the SELECT policy does not help: only WITH CHECK can refuse it."""
        others = (row for row in self.scenario.of(OBJECTS) if row.label and row is not mine)
        request = Update(OBJECTS, (("name", place.file("moved.txt")),))
        arrange = tuple(Delete(OBJECTS, _where(row)) for row in others)
        single = replace(request, where=_where(mine))
        case = self._case(who, f"{words} without a filter", "update", "move", single, DENIED)
        attempt = Attempt(who, request, arrange, _DELETE)
        return replace(case, attempt=attempt, transports=("sql",))

    def _case(
        self,
        who: Identity,
        words: str,
        operation: SpecOperation,
        family: str,
        request: Request,
        expected: Expectation,
        place: Folder | None = None,
    ) -> Case:
        settings = _DELETE if isinstance(request, Delete) else ()
        controls: list[Attempt] = []
        if not expected.must:
            owner = next((w for w in self.people if place and w.world == place.world), None)
            if owner is not None and place is not None:
                for person in self.people:
                    if self.may(person, operation, place, owner.user_id):
                        controls.append(Attempt(person, request, (), settings))
                        break
            controls.append(Attempt(SERVICE, request, (), settings))
        return Case(
            id=f"bucket {self.bucket.name}: {who.label} {words}",
            object=f"bucket {self.bucket.name}",
            operation=operation,
            family=family,
            attempt=Attempt(who, request, (), settings),
            expected=expected,
            controls=tuple(controls),
            why=f"{operation} = {self.bucket.right(operation)}",
        )

    def _in(self, place: Folder) -> str:
        if place.mixed:
            return f" at {place.label.partition(' ')[2]}"
        if len(self.bucket.paths) < 2:
            return ""
        return f" at {place.label.split(' ')[1]}"

    def _new(self, who: Identity, name: str) -> Pairs:
        values = {"bucket_id": self.bucket.name, "name": name}
        if who.user_id is not None:
            values |= {"owner": who.user_id, "owner_id": who.user_id}
        return tuple(values.items())


def _where(row: Row) -> Pairs:
    return (("bucket_id", row.values["bucket_id"]), ("name", row.values["name"]))
