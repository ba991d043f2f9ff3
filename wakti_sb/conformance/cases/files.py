"""Storage: what the Storage API offers, in folders of one's own, of others, and in none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Operation as SpecOperation
from ...spec import allows
from ..model import (
    ALLOWED_NEW,
    ANON,
    DENIED,
    ELSEWHERE,
    OBJECTS,
    Attempt,
    Case,
    Expectation,
    Family,
    Identity,
    Update,
    exactly,
)
from ..scenario import Row, Scenario
from ..scenario.folders import LOOSE, Folder, beside, file_name, standing
from ..scenario.statements import text
from .bucket import ONLY_CLIENT, ONLY_SQL, BucketCases
from .described import short
from .file_moves import FileMoves
from .file_requests import (
    FileRequest,
    Place,
    change,
    download,
    download_public,
    listing,
    overwrite,
    place_of,
    remove,
    sign,
    sign_upload,
    sweep,
    upload,
    wipe,
)
from .recorded_files import recorded_cases


def file_cases(scenario: Scenario) -> Iterator[Case]:
    """The cases of every bucket that is described and there."""
    if str(OBJECTS) in scenario.untested:
        return
    for bucket in scenario.spec.bucket:
        if bucket.name in scenario.catalog.buckets:
            yield from _Files(scenario, bucket).cases()


class _Files(BucketCases):
    """Every case of one bucket."""

    def cases(self) -> Iterator[Case]:
        """Every case of the bucket."""
        for who in self.people:
            yield self._list(who)
            yield from self._elsewhere(who)
            if self.bucket.recorded:
                yield from recorded_cases(self, who)
            yield from self._unfiltered(who)
            for place in self.here:
                row = self.scenario.row(OBJECTS, place.label)
                if row is not None:
                    yield from self._file(who, place, row)
                yield from self._upload(who, place)
                yield from self._beside(who, place)
            yield from self._loose(who)
        yield from self._public()
        yield from FileMoves(self.scenario, self.bucket).cases()

    def _list(self, who: Identity) -> Case:
        keys = frozenset(self._keys(who, "select"))
        words = "lists only files that are open to it" if keys else "lists nothing"
        expected = Expectation(keys | frozenset(self._keys_beside(who, "select")), keys)
        request = listing(self.bucket.name)
        return self.case(who, words, "select", Family.UNFILTERED, request, expected)

    def _file(self, who: Identity, place: Folder, row: Row) -> Iterator[Case]:
        owner, file = row.values["owner_id"], place_of(row)
        own = "its own file" if row.person is who and not place.mixed else "this file"
        name = f"{own}{self.at(place)}"
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
            case = self.case(who, words, operation, family, request, expected, place)
            yield replace(case, transports=self.transports(verb))

    def _beside(self, who: Identity, place: Folder) -> Iterator[Case]:
        """A foreign file whose name holds the caller's own id."""
        if who is not next((w for w in self.people if w.world == "other"), None):
            return
        for label in beside(place):
            row = self.scenario.row(OBJECTS, label)
            if row is None:
                continue
            file, words = place_of(row), f"this file{self.at(place)}, its own id"
            where = label.removeprefix(f"{place.label} ")
            ways: tuple[tuple[SpecOperation, str, FileRequest], ...] = (
                ("select", "read", download(file)),
                ("update", "change the row of", change(file)),
                ("delete", "remove", remove(file)),
            )
            for operation, verb, request in ways:
                if self.may(who, operation, place, row.values["owner_id"]):
                    continue
                sentence = f"cannot {verb} {words} {where}"
                case = self.case(who, sentence, operation, Family.FOREIGN, request, DENIED, place)
                yield replace(case, silent=True, transports=ONLY_SQL)

    def _upload(self, who: Identity, place: Folder) -> Iterator[Case]:
        allowed = self.may(who, "insert", place, who.user_id)
        new = self.new(place, "new")
        expected = ALLOWED_NEW if allowed else DENIED
        family = Family.OWN if allowed else Family.FOREIGN
        can = "can" if allowed else "cannot"
        folder = f"into this folder{self.at(place)}"
        for verb, request in (
            (f"upload {folder}", upload(new, who)),
            (f"sign a URL to upload {folder}", sign_upload(new, who)),
        ):
            yield self.case(who, f"{can} {verb}", "insert", family, request, expected, place)
        if not allowed and place.parts and who.user_id is not None:
            # A policy may look for the caller's id somewhere, and not where the folder is.
            for name in self.named_after(who):
                where = "below" if "/" in name else "in the name"
                words = f"cannot upload {folder}, its own id {where}"
                named = Place(self.bucket.name, place.file(name))
                yield self.case(who, words, "insert", family, upload(named, who), DENIED, place)
        if allowed and self.bucket.accepts is not None:
            yield from self._recorded(who, place)

    def _recorded(self, who: Identity, place: Folder) -> Iterator[Case]:
        """A name that a row stands for already: another object there would not be what it says."""
        new = self.new(place, "recorded")
        request, settings = upload(new, who)
        for entry in self.scenario.spec.owned:
            row = self.scenario.row(entry.table, place.world)
            if entry.file is None or entry.file.bucket != self.bucket.name or row is None:
                continue
            key = self.scenario.key_columns(entry.table)
            where = tuple((name, text(row.values.get(name))) for name in key)
            named = Update(entry.table, ((entry.file.path, new.name),), where)
            words = f"cannot upload where a row of {short(entry.table)} stands{self.at(place)}"
            case = self.case(who, words, "insert", Family.RECORDED, (request, settings), DENIED)
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
        for operation, verb, request in self._four_ways(who, place_of(row), new):
            nowhere = Folder(self.bucket, (), (), ())
            claims = standing(self.scenario, nowhere, who, None)
            if allows(self.bucket.right(operation), claims):
                continue
            words = f"cannot {verb} without a folder"
            case = self.case(who, words, operation, Family.NO_FOLDER, request, DENIED)
            open_ = self.bucket.public and operation == "select"
            yield replace(case, transports=ONLY_SQL) if open_ else case

    def _elsewhere(self, who: Identity) -> Iterator[Case]:
        """The same folder of a bucket that the model does not name."""
        row = self.scenario.row(OBJECTS, f"{self.bucket.name} {ELSEWHERE}")
        if row is None or who.world != "this":
            return
        new = self.new(next(iter(self.folders)), "new")
        for operation, verb, request in self._four_ways(
            who, place_of(row), replace(new, bucket=ELSEWHERE)
        ):
            words = f"cannot {verb} in the same folder of another bucket"
            yield self.case(who, words, operation, Family.ANOTHER_BUCKET, request, DENIED)

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
            further = frozenset(self._keys_beside(who, operation))
            expected = Expectation(keys | further | strangers, keys)
            case = self.case(
                who,
                f"{verb} only what it may without a filter" if keys else f"{verb} nothing unasked",
                operation,
                Family.UNFILTERED,
                request,
                expected,
            )
            # The Storage API always names files.
            yield replace(case, transports=ONLY_SQL)

    def _keys(self, who: Identity, operation: SpecOperation) -> Iterator[tuple[str]]:
        for place in self.folders:
            row = self.scenario.row(OBJECTS, place.label)
            if row is not None and self.may(who, operation, place, row.values["owner_id"]):
                yield (str(row.values["id"]),)

    def _keys_beside(self, who: Identity, operation: SpecOperation) -> Iterator[tuple[str]]:
        """Files whose names a policy need not take."""
        for place in self.folders:
            rows = (self.scenario.row(OBJECTS, label) for label in beside(place))
            for row in rows:
                if row is not None and self.may(who, operation, place, row.values["owner_id"]):
                    yield (str(row.values["id"]),)

    def _public(self) -> Iterator[Case]:
        """Downloads from a public bucket ask no policy: that they work is what `public` means."""
        if not self.bucket.public:
            return
        for place in (place for place in self.here if not place.mixed):
            row = self.scenario.row(OBJECTS, place.label)
            if row is not None:
                expected = exactly((str(row.values["id"]),))
                words = f"can download this file by its public URL{self.at(place)}"
                request = download_public(place_of(row))
                case = self.case(ANON, words, "select", Family.PUBLIC, request, expected, place)
                yield replace(case, transports=ONLY_CLIENT, why="public = true")
