"""Storage: what the Storage API offers, in folders of one's own, of others, and in none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Bucket, Nobody, allows
from ...spec import Operation as SpecOperation
from ..model import (
    ALLOWED_NEW,
    ANON,
    DENIED,
    OBJECTS,
    SERVICE,
    Attempt,
    Case,
    Delete,
    Expectation,
    Family,
    Identity,
    Subject,
    Update,
    exactly,
)
from ..scenario import Row, Scenario
from ..scenario.folders import ELSEWHERE, LOOSE, Folder, file_name, folders, standing
from ..scenario.statements import text
from .described import short
from .file_requests import (
    FileRequest,
    Place,
    change,
    copy,
    download,
    download_public,
    listing,
    move,
    move_all,
    overwrite,
    remove,
    sign,
    sign_upload,
    sweep,
    upload,
    wipe,
)

_ONLY_SQL = ("sql",)
_ONLY_CLIENT = ("client",)


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
                yield from self._upload(who, place)
            yield from self._loose(who)
        yield from self._public(here)
        yield from self._within(here)
        yield from self._across(here)

    def may(
        self, who: Identity, operation: SpecOperation, place: Folder, owner: str | None
    ) -> bool:
        """What the model says about a file in this folder."""
        right = self.bucket.right(operation)
        return allows(right, standing(self.scenario, place, who, owner))

    def _list(self, who: Identity) -> Case:
        keys = frozenset(self._keys(who, "select"))
        words = "lists only files that are open to it" if keys else "lists nothing"
        expected = Expectation(keys, keys)
        request = listing(self.bucket.name)
        return self._case(who, words, "select", Family.UNFILTERED, request, expected)

    def _file(self, who: Identity, place: Folder, row: Row) -> Iterator[Case]:
        owner, file = row.values["owner_id"], _place(row)
        own = "its own file" if row.person is who and not place.mixed else "this file"
        name = f"{own}{self._in(place)}"
        ways: tuple[tuple[SpecOperation, str, FileRequest], ...] = (
            ("select", "read", download(file)),
            ("select", "sign a URL for", sign(file)),
            ("update", "overwrite", overwrite(file, who)),
            ("update", "change the row of", change(file)),
            ("delete", "remove", remove(file)),
        )
        for operation, verb, request in ways:
            needed: list[SpecOperation] = [operation]
            if verb == "overwrite":
                needed.append("insert")  # the service stores a file as if it were a new one
            allowed = all(self.may(who, each, place, owner) for each in needed)
            if allowed and not self.may(who, "select", place, owner):
                continue  # the service must find a file before it changes it
            expected = exactly((str(row.values["id"]),)) if allowed else DENIED
            family = Family.OWN if allowed else Family.FOREIGN
            words = f"{'can' if allowed else 'cannot'} {verb} {name}"
            case = self._case(who, words, operation, family, request, expected, place)
            yield replace(case, transports=self._ways(verb))

    def _ways(self, verb: str) -> tuple[str, ...]:
        """How a request about one file can travel."""
        if verb == "change the row of":  # no request of the Storage API does only this
            return _ONLY_SQL
        if verb == "read" and self.bucket.public:  # nobody is refused, whatever policies say
            return _ONLY_SQL
        return ("sql", "client")

    def _upload(self, who: Identity, place: Folder) -> Iterator[Case]:
        allowed = self.may(who, "insert", place, who.user_id)
        new = self._new(place, "new")
        expected = ALLOWED_NEW if allowed else DENIED
        family = Family.OWN if allowed else Family.FOREIGN
        can = "can" if allowed else "cannot"
        folder = f"into this folder{self._in(place)}"
        for verb, request in (
            (f"upload {folder}", upload(new, who)),
            (f"sign a URL to upload {folder}", sign_upload(new, who)),
        ):
            yield self._case(who, f"{can} {verb}", "insert", family, request, expected, place)
        if not allowed and place.parts and who.user_id is not None:
            # A policy may look for the caller's id somewhere, and not where the folder is.
            own = (f"{who.user_id}-{file_name(self.scenario, 'own')}", f"{who.user_id}/new.txt")
            for name in own:
                where = "below" if "/" in name else "in the name"
                words = f"cannot upload {folder}, its own id {where}"
                named = Place(self.bucket.name, place.file(name))
                yield self._case(who, words, "insert", family, upload(named, who), DENIED, place)
        if allowed and self.bucket.accepts is not None:
            yield from self._recorded(who, place)

    def _recorded(self, who: Identity, place: Folder) -> Iterator[Case]:
        """A name that a row stands for already: another object there would not be what it says."""
        new = self._new(place, "recorded")
        request, settings = upload(new, who)
        for entry in self.scenario.spec.owned:
            row = self.scenario.row(entry.table, place.world)
            if entry.file is None or entry.file.bucket != self.bucket.name or row is None:
                continue
            key = self.scenario.key_columns(entry.table)
            where = tuple((name, text(row.values.get(name))) for name in key)
            named = Update(entry.table, ((entry.file.path, new.name),), where)
            words = f"cannot upload where a row of {short(entry.table)} stands{self._in(place)}"
            case = self._case(who, words, "insert", Family.RECORDED, (request, settings), DENIED)
            yield replace(
                case,
                attempt=Attempt(who, request, (named,), settings),
                controls=(Attempt(who, request, (), settings),),
                why=f"accepts = {self.bucket.accepts}",
            )

    def _loose(self, who: Identity) -> Iterator[Case]:
        """Files in no folder belong to nobody: they show a policy that trusts any path."""
        row = self.scenario.row(OBJECTS, f"{self.bucket.name} {LOOSE}")
        if row is None or not self.bucket.paths:
            return
        new = Place(self.bucket.name, file_name(self.scenario, "new"))
        for operation, verb, request in self._four_ways(who, _place(row), new):
            nowhere = Folder(self.bucket, (), (), ())
            claims = standing(self.scenario, nowhere, who, None)
            if allows(self.bucket.right(operation), claims):
                continue
            words = f"cannot {verb} without a folder"
            case = self._case(who, words, operation, Family.NO_FOLDER, request, DENIED)
            open_ = self.bucket.public and operation == "select"
            yield replace(case, transports=_ONLY_SQL) if open_ else case

    def _elsewhere(self, who: Identity) -> Iterator[Case]:
        """The same folder of a bucket that the model does not name."""
        row = self.scenario.row(OBJECTS, f"{self.bucket.name} {ELSEWHERE}")
        if row is None or who.world != "this":
            return
        new = self._new(next(iter(self.folders)), "new")
        for operation, verb, request in self._four_ways(
            who, _place(row), replace(new, bucket=ELSEWHERE)
        ):
            words = f"cannot {verb} in the same folder of another bucket"
            yield self._case(who, words, operation, Family.ANOTHER_BUCKET, request, DENIED)

    def _four_ways(
        self, who: Identity, file: Place, new: Place
    ) -> tuple[tuple[SpecOperation, str, FileRequest], ...]:
        return (
            ("select", "read a file", download(file)),
            ("insert", "upload a file", upload(new, who)),
            ("update", "overwrite a file", change(file, "x")),
            ("delete", "remove a file", remove(file)),
        )

    def _unfiltered(self, who: Identity) -> Iterator[Case]:
        """Without a filter the policy of one operation stands alone, unaided by that for SELECT."""
        ways: tuple[tuple[SpecOperation, str, FileRequest], ...] = (
            ("update", "changes", sweep()),
            ("delete", "removes", wipe()),
        )
        for operation, verb, request in ways:
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
                Family.UNFILTERED,
                request,
                expected,
            )
            # The Storage API always names files.
            yield replace(case, transports=_ONLY_SQL)

    def _keys(self, who: Identity, operation: SpecOperation) -> Iterator[tuple[str]]:
        for place in self.folders:
            row = self.scenario.row(OBJECTS, place.label)
            if row is not None and self.may(who, operation, place, row.values["owner_id"]):
                yield (str(row.values["id"]),)

    def _public(self, here: list[Folder]) -> Iterator[Case]:
        """Downloads from a public bucket ask no policy: that they work is what `public` means."""
        if not self.bucket.public:
            return
        for place in (place for place in here if not place.mixed):
            row = self.scenario.row(OBJECTS, place.label)
            if row is not None:
                expected = exactly((str(row.values["id"]),))
                words = f"can download this file by its public URL{self._in(place)}"
                request = download_public(_place(row))
                case = self._case(ANON, words, "select", Family.PUBLIC, request, expected, place)
                yield replace(case, transports=_ONLY_CLIENT, why="public = true")

    def _within(self, here: list[Folder]) -> Iterator[Case]:
        """Whoever may overwrite and add files may move and copy them inside their folder."""
        for place in (place for place in here if not place.mixed):
            row = self.scenario.row(OBJECTS, place.label)
            if row is None or row.person is None:
                continue
            who, file = row.person, _place(row)
            moved, copied = self._new(place, "moved"), self._new(place, "copied")
            ways: tuple[tuple[SpecOperation, str, FileRequest, Expectation], ...] = (
                ("update", "move", move(file, moved, who), exactly((str(row.values["id"]),))),
                ("insert", "copy", copy(file, copied, who), ALLOWED_NEW),
            )
            for operation, verb, request, reached in ways:
                allowed = self.may(who, operation, place, who.user_id)
                if allowed and not self.may(who, "select", place, row.values["owner_id"]):
                    continue
                can, expected = ("can", reached) if allowed else ("cannot", DENIED)
                words = f"{can} {verb} its own file within its folder{self._in(place)}"
                family = Family.OWN if allowed else Family.FOREIGN
                yield self._case(who, words, operation, family, request, expected)

    def _across(self, here: list[Folder]) -> Iterator[Case]:
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
            yield from self._moved(mine.person, place, home, mine, row)
            yield from self._copied(mine.person, place, home, mine, row)

    def _moved(
        self, who: Identity, place: Folder, home: Folder, mine: Row, row: Row
    ) -> Iterator[Case]:
        if self.may(who, "update", place, who.user_id):
            return
        into = move(_place(mine), self._new(place, "moved"), who)
        words = f"cannot move its own file into this folder{self._in(place)}"
        own = self._own_move(who, home, mine)
        for case in (
            self._case(who, words, "update", Family.MOVE, into, DENIED),
            self._move_alone(who, place, mine, words),
        ):
            yield case if own is None else replace(case, controls=own)
        over = move(_place(row), self._new(home, "moved"), who)
        words = f"cannot move this file into its own folder{self._in(place)}"
        yield self._case(who, words, "update", Family.MOVE, over, DENIED)

    def _own_move(self, who: Identity, home: Folder, mine: Row) -> tuple[Attempt, ...] | None:
        """The same within one's own folder: who may do that is who must fail to move a file out.

        Nothing where it may not: a refusal proves nothing then. None where nobody may move files.
        """
        if isinstance(self.bucket.right("update"), Nobody):
            return None
        operations: tuple[SpecOperation, ...] = ("select", "update")
        owner = mine.values["owner_id"]
        if not all(self.may(who, each, home, owner) for each in operations):
            return ()
        request, settings = move(_place(mine), self._new(home, "moved"), who)
        return (Attempt(who, request, (), settings),)

    def _copied(
        self, who: Identity, place: Folder, home: Folder, mine: Row, row: Row
    ) -> Iterator[Case]:
        if not self.may(who, "insert", place, who.user_id):
            into = copy(_place(mine), self._new(place, "copied"), who)
            words = f"cannot copy its own file into this folder{self._in(place)}"
            yield self._case(who, words, "insert", Family.COPY, into, DENIED)
        if not self.may(who, "select", place, row.values["owner_id"]):
            over = copy(_place(row), self._new(home, "copied"), who)
            words = f"cannot copy this file into its own folder{self._in(place)}"
            yield self._case(who, words, "insert", Family.COPY, over, DENIED)

    def _move_alone(self, who: Identity, place: Folder, mine: Row, words: str) -> Case:
        """Without a filter the SELECT policy does not help: only WITH CHECK can refuse it."""
        others = (row for row in self.scenario.of(OBJECTS) if row.label and row is not mine)
        file, to = _place(mine), self._new(place, "moved")
        asked = move(file, to, who)
        arrange = tuple(Delete(OBJECTS, _place(row).pairs) for row in others)
        case = self._case(who, f"{words} without a filter", "update", Family.MOVE, asked, DENIED)
        settings = remove(file)[1]  # the rows out of the way are deleted with them
        attempt = Attempt(who, move_all(to, who), arrange, settings)
        return replace(case, attempt=attempt, transports=_ONLY_SQL)

    def _case(
        self,
        who: Identity,
        words: str,
        operation: SpecOperation,
        family: Family,
        asked: FileRequest,
        expected: Expectation,
        place: Folder | None = None,
    ) -> Case:
        request, settings = asked
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
            subject=Subject.bucket(self.bucket.name),
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

    def _new(self, place: Folder, word: str) -> Place:
        return Place(self.bucket.name, place.file(file_name(self.scenario, word)))


def _place(row: Row) -> Place:
    return Place(row.values["bucket_id"], row.values["name"])
