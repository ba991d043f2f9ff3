"""Files that are moved and copied: within one's own folder, out of it, and into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...spec import Nobody
from ...spec import Operation as SpecOperation
from ..model import (
    ALLOWED_NEW,
    DENIED,
    OBJECTS,
    SERVICE,
    Attempt,
    Case,
    Delete,
    Expectation,
    Family,
    Identity,
    exactly,
)
from ..scenario import Row
from ..scenario.folders import Folder
from .bucket import ONLY_SQL, BucketCases
from .file_requests import (
    FileRequest,
    Place,
    copy,
    copy_over,
    move,
    move_all,
    moving_what_is_in_the_way,
    place_of,
)


class FileMoves(BucketCases):
    """Moves and copies in one bucket."""

    def cases(self) -> Iterator[Case]:
        """Every way to move or copy a file."""
        yield from self._within()
        yield from self._across()

    def _within(self) -> Iterator[Case]:
        """Whoever may overwrite and add files may move and copy them inside their folder."""
        for place in (place for place in self.here if not place.mixed):
            row = self.scenario.row(OBJECTS, place.label)
            if row is None or row.person is None:
                continue
            who, file = row.person, place_of(row)
            moved, copied = self.new(place, "moved"), self.new(place, "copied")
            ways: tuple[tuple[SpecOperation, str, FileRequest, Expectation], ...] = (
                ("update", "move", move(file, moved, who), exactly((str(row.values["id"]),))),
                ("insert", "copy", copy(file, copied, who), ALLOWED_NEW),
            )
            for operation, verb, request, reached in ways:
                allowed = self.may(who, operation, place, who.user_id)
                if allowed and not self.may(who, "select", place, row.values["owner_id"]):
                    continue
                can, expected = ("can", reached) if allowed else ("cannot", DENIED)
                words = f"{can} {verb} its own file within its folder{self.at(place)}"
                family = Family.OWN if allowed else Family.FOREIGN
                yield self.case(who, words, operation, family, request, expected)

    def _across(self) -> Iterator[Case]:
        """A file of one's own into a foreign folder, and a foreign file into one's own."""
        for place in (place for place in self.here if not place.mixed):
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
        into = move(place_of(mine), self.new(place, "moved"), who)
        words = f"cannot move its own file into this folder{self.at(place)}"
        onto = "cannot move its own file onto this file"
        own = self._own_move(who, home, mine)
        for case in (
            self.case(who, words, "update", Family.MOVE, into, DENIED),
            self._move_alone(who, self.new(place, "moved"), mine, words),
            self._move_alone(who, place_of(row), mine, f"{onto}{self.at(place)}"),
        ):
            yield case if own is None else replace(case, controls=own)
        for name in self.named_after(who):
            where = "below" if "/" in name else "in the name"
            named = move(place_of(mine), Place(self.bucket.name, place.file(name)), who)
            further = f"{words}, its own id {where}"
            case = self.case(who, further, "update", Family.MOVE, named, DENIED)
            yield case if own is None else replace(case, controls=own)
        over = move(place_of(row), self.new(home, "moved"), who)
        words = f"cannot move this file into its own folder{self.at(place)}"
        case = self.case(who, words, "update", Family.MOVE, over, DENIED)
        # Who could move nothing at all shows nothing by failing to move this.
        yield case if own is None else replace(case, controls=own)

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
        request, settings = move(place_of(mine), self.new(home, "moved"), who)
        return (Attempt(who, request, (), settings),)

    def _copied(
        self, who: Identity, place: Folder, home: Folder, mine: Row, row: Row
    ) -> Iterator[Case]:
        if not self.may(who, "insert", place, who.user_id):
            into = copy(place_of(mine), self.new(place, "copied"), who)
            words = f"cannot copy its own file into this folder{self.at(place)}"
            case = self.case(who, words, "insert", Family.COPY, into, DENIED)
            yield self._proved_by(case, self._own_copy(who, home, mine))
        yield from self._copied_over(who, place, home, mine, row)
        if not self.may(who, "select", place, row.values["owner_id"]):
            over = copy(place_of(row), self.new(home, "copied"), who)
            words = f"cannot copy this file into its own folder{self.at(place)}"
            case = self.case(who, words, "insert", Family.COPY, over, DENIED)
            yield self._proved_by(case, self._own_copy(who, home, mine))

    def _own_copy(self, who: Identity, home: Folder, mine: Row) -> tuple[Attempt, ...]:
        """The same within one's own folder, where `who` may do that."""
        may = self.may(who, "insert", home, who.user_id)
        if not may or not self.may(who, "select", home, mine.values["owner_id"]):
            return ()
        request, settings = copy(place_of(mine), self.new(home, "copied"), who)
        return (Attempt(who, request, (), settings),)

    def _proved_by(self, case: Case, own: tuple[Attempt, ...]) -> Case:
        """Who may copy its own file is who must fail; the secret key only where nobody may."""
        if isinstance(self.bucket.right("insert"), Nobody):
            return case
        return replace(case, controls=(*own, *case.controls) if own else ())

    def _copied_over(
        self, who: Identity, place: Folder, home: Folder, mine: Row, row: Row
    ) -> Iterator[Case]:
        """A copy that overwrites asks for the right to insert and to update at its destination."""
        operations: tuple[SpecOperation, ...] = ("insert", "update")
        if all(self.may(who, each, place, row.values["owner_id"]) for each in operations):
            return
        asked = copy_over(place_of(mine), place_of(row), who)
        words = f"cannot copy its own file over this file{self.at(place)}"
        case = replace(
            self.case(who, words, "insert", Family.COPY, asked, DENIED), transports=ONLY_SQL
        )
        if not any(isinstance(self.bucket.right(each), Nobody) for each in operations):
            # Who may overwrite its own file by a copy is who must fail to overwrite this one.
            needed: tuple[SpecOperation, ...] = ("select", *operations)
            may = all(self.may(who, each, home, mine.values["owner_id"]) for each in needed)
            request, settings = copy_over(place_of(mine), place_of(mine), who)
            case = replace(case, controls=(Attempt(who, request, (), settings),) if may else ())
        yield case

    def _move_alone(self, who: Identity, to: Place, mine: Row, words: str) -> Case:
        """Without a filter the SELECT policy does not help: only WITH CHECK can refuse it.

        All other files are out of the way: a taken name would answer in place of the policies.
        """
        others = (row for row in self.scenario.of(OBJECTS) if row.label and row is not mine)
        asked, settings = move(place_of(mine), to, who), moving_what_is_in_the_way()
        arrange = tuple(Delete(OBJECTS, place_of(row).pairs) for row in others)
        case = self.case(who, f"{words} without a filter", "update", Family.MOVE, asked, DENIED)
        # With the name of a file that is there the request as it is meets a unique key.
        controls = (Attempt(SERVICE, asked[0], arrange, settings),)
        attempt = Attempt(who, move_all(to, who), arrange, settings)
        return replace(case, attempt=attempt, controls=controls, transports=ONLY_SQL)
