"""From the ownership model to what the policy templates print."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from ..spec import (
    OPERATIONS,
    AllOf,
    AnyOf,
    Authenticated,
    Bucket,
    Claim,
    Member,
    Nobody,
    Own,
    Owned,
    PlacePath,
    Public,
    Relation,
    Right,
    Segment,
    Shared,
    Shares,
    Spec,
    Step,
    TokenNames,
    admits_anon,
)
from .policies import (
    BucketPolicies,
    Claimed,
    ColumnTest,
    FolderTest,
    Grant,
    Helper,
    Holds,
    InHelper,
    InPlaces,
    InRows,
    IsCaller,
    Joined,
    NamedByToken,
    Policy,
    PolicyModel,
    Predicate,
    Recorded,
    Table,
    Test,
    Uploader,
)

_LONGEST_NAME = 63  # bytes; PostgreSQL cuts off the rest of an identifier


def policy_model(spec: Spec) -> PolicyModel:
    """Derive the policies, grants and helper functions that `spec` asks for."""
    derive = _Derivation(spec)
    tables = tuple(derive.table(owned) for owned in spec.relations)
    buckets = tuple(derive.bucket(bucket) for bucket in spec.bucket)
    schemas = tuple(dict.fromkeys(owned.table.schema for owned in spec.relations))
    return PolicyModel(tables, buckets, tuple(derive.helpers.values()), schemas)


class _Derivation:
    """One walk over a spec; collects the helper functions that the tests turn out to need."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.helpers: dict[InRows | InPlaces, Helper] = {}

    # ── tables ──────────────────────────────────────────────────────────────────────────────────

    def table(self, owned: Owned) -> Table:
        policies = () if owned.is_view else tuple(self._policies(owned))
        return Table(owned, policies, tuple(_grants(owned)))

    def _policies(self, owned: Owned) -> Iterator[Policy]:
        for operation in OPERATIONS:
            right = owned.rule(operation).right
            if isinstance(right, Nobody):
                continue
            predicate = self._of_row(owned, right)
            yield Policy(f"wakti_{operation}", operation, "authenticated", predicate)
            if open_part := _without_account(right):
                predicate = self._of_row(owned, open_part, signed_in=False)
                yield Policy(f"wakti_{operation}_anon", operation, "anon", predicate)

    def _of_row(self, owned: Owned, right: Right, *, signed_in: bool = True) -> Predicate:
        match right:
            case Own():
                return self._owner_test(owned)
            case Shared() if (shares := self.spec.shares_in(owned.table)) is not None:
                return _named(shares)
            case Member() | Shared():
                return self._place_test(owned, right)
            case TokenNames(path=path, column=column):
                return NamedByToken(path, column)
            case Public(where=where) if where is not None:
                opened = Holds(where)
                if not signed_in or self.spec.owner_path(owned) is None:
                    return opened
                return Joined("or", (opened, self._owner_test(owned)))
            case AllOf(parts=parts):
                return Joined(
                    "and", tuple(self._of_row(owned, p, signed_in=signed_in) for p in parts)
                )
            case AnyOf(parts=parts):
                return Joined(
                    "or", tuple(self._of_row(owned, p, signed_in=signed_in) for p in parts)
                )
            case _:
                return _of_nobody_in_particular(right)

    def _owner_test(self, owned: Owned) -> ColumnTest:
        path = self.spec.owner_path(owned)
        assert path is not None, "the spec lets `own` stand only where there is an owner"  # noqa: S101  (for mypy; the models have checked it)
        return self._column_test(path.steps, path.column, IsCaller(), Own())

    def _place_test(self, owned: Owned, right: Member | Shared) -> ColumnTest:
        path = self._place_path(owned, right)
        assert path is not None, "the spec lets these stand only where they lead somewhere"  # noqa: S101  (for mypy; the models have checked it)
        places = self._helper(InPlaces(path.members, right.role))
        return self._column_test(path.steps, path.column, places, right)

    def _place_path(self, owned: Owned, right: Member | Shared) -> PlacePath | None:
        if isinstance(right, Shared):
            return self.spec.share_path(owned)
        return self.spec.place_path(owned)

    def _column_test(
        self, steps: tuple[Step, ...], column: str, last: Test, right: Right
    ) -> ColumnTest:
        """Fold the steps from the far end: each one asks whether the key is among its rows."""
        if not steps:
            return ColumnTest(column, last)
        test = last
        for index in range(len(steps) - 1, -1, -1):
            step = steps[index]
            inner_column = steps[index + 1].key if index + 1 < len(steps) else column
            test = InRows(step.table, step.parent_key, inner_column, test)
        assert isinstance(test, InRows)  # noqa: S101  (there was at least one step)
        if not self._readable(test, right):
            return ColumnTest(steps[0].key, self._helper(test))
        return ColumnTest(steps[0].key, test)

    def _readable(self, rows: InRows, right: Right) -> bool:
        """Whether the caller may read all the rows that the test goes through."""
        while True:
            entry = self.spec.entry(rows.table)
            if entry is None or not _shows(entry, {rows.key, rows.column}, right):
                return False
            if not isinstance(rows.inner, InRows):
                return True
            rows = rows.inner

    # ── helper functions ────────────────────────────────────────────────────────────────────────

    def _helper(self, body: InRows | InPlaces) -> InHelper:
        helper = self.helpers.get(body)
        if helper is None:
            name = _unused(_helper_name(body), (known.name for known in self.helpers.values()))
            self.helpers[body] = helper = Helper(name, body, _about(body))
        return InHelper(helper.name)

    # ── storage ─────────────────────────────────────────────────────────────────────────────────

    def bucket(self, bucket: Bucket) -> BucketPolicies:
        return BucketPolicies(bucket, tuple(self._bucket_policies(bucket)))

    def _bucket_policies(self, bucket: Bucket) -> Iterator[Policy]:
        for operation in OPERATIONS:
            right = bucket.right(operation)
            if isinstance(right, Nobody):
                continue
            name = _fitting(f"wakti_{operation} {bucket.name}")
            predicate = self._of_file(bucket, right)
            if isinstance(right, Own) and bucket.recorded and operation in ("select", "delete"):
                predicate = Joined("or", (predicate, *self._recorded(bucket)))
            yield Policy(name, operation, "authenticated", predicate)
            if open_part := _without_account(right):
                name = _fitting(f"wakti_{operation}_anon {bucket.name}")
                yield Policy(name, operation, "anon", self._of_file(bucket, open_part))

    def _of_file(self, bucket: Bucket, right: Right) -> Predicate:
        match right:
            case Own() | Member() | Shared():
                if isinstance(right, Own) and not bucket.paths:
                    return Uploader()
                paths = (self._path(bucket, path, right) for path in bucket.paths)
                found = tuple(path for path in paths if path is not None)
                return found[0] if len(found) == 1 else Joined("or", found)
            case AllOf(parts=parts):
                return Joined("and", tuple(self._of_file(bucket, part) for part in parts))
            case AnyOf(parts=parts):
                return Joined("or", tuple(self._of_file(bucket, part) for part in parts))
            case _:
                return _of_nobody_in_particular(right)

    def _recorded(self, bucket: Bucket) -> Iterator[Predicate]:
        """That a row of the caller's names the object."""
        for entry in self.spec.owned:
            if entry.file is None or entry.file.bucket != bucket.name:
                continue
            test: Test | None = None
            if not isinstance(entry.select.right, Own):
                row = self._owner_test(entry)
                rows = InRows(entry.table, entry.file.path, row.column, row.test)
                test = rows if self._readable(rows, Own()) else self._helper(rows)
            yield Recorded(entry.table, entry.file.path, test)

    def _path(
        self, bucket: Bucket, path: tuple[Segment, ...], right: Own | Member | Shared
    ) -> Predicate | None:
        """What an object's folders must be for `right`; None where the path names no place."""
        found = [self._segment_test(bucket, segment, right) for segment in path]
        tests: list[Predicate] = [
            FolderTest(position, test, segment.value if segment.kind == "name" else None)
            for position, (segment, test) in enumerate(zip(path, found, strict=True), start=1)
        ]
        if not any(found):
            if not isinstance(right, Own):
                return None
            tests.append(Uploader())  # no folder names a person
        return tests[0] if len(tests) == 1 else Joined("and", tuple(tests))

    def _segment_test(
        self, bucket: Bucket, segment: Segment, right: Own | Member | Shared
    ) -> Test | None:
        """How one folder leads to the caller by `right`; None where it says nothing about that."""
        match segment.kind, right:
            case "user", Own():
                return IsCaller()
            case "members", Member(role=role) if bucket.members is not None:
                return self._helper(InPlaces(bucket.members, role))
            case "row", _:
                return self._row_test(segment.relation, right)
            case _:
                return None

    def _row_test(self, table: Relation, right: Own | Member | Shared) -> Test | None:
        """How the id of a row of `table` leads to the caller."""
        entry = self.spec.entry(table)
        if entry is None:
            return None
        if isinstance(right, Own):
            row = self._owner_test(entry) if self.spec.owner_path(entry) else None
        else:
            row = self._place_test(entry, right) if self._place_path(entry, right) else None
        if row is None:
            return None
        key = "id" if entry.through else entry.parent_key[0]
        if not isinstance(right, Own) and row.column == key:
            return row.test  # the folder names the place itself
        rows = InRows(entry.table, key, row.column, row.test)
        return rows if self._readable(rows, right) else self._helper(rows)


def _named(shares: Shares) -> Predicate:
    """That a share names the caller, and counts."""
    test = ColumnTest(shares.user, IsCaller())
    return test if shares.where is None else Joined("and", (test, Holds(shares.where)))


def _of_nobody_in_particular(right: Right) -> Predicate:
    """A right that does not ask whose row it is."""
    match right:
        case Claim(path=path, value=value):
            return Claimed(path, value)
        case Public(where=where):
            return Holds(where)
        case Authenticated():
            return Holds()
        case _:
            raise AssertionError(f"{right!r} asks whose row it is")


def _without_account(right: Right) -> Right | None:
    """What of `right` is open to somebody who is not signed in; None if nothing is."""
    match right:
        case Public():
            return right
        case AllOf(parts=parts):
            return right if all(admits_anon(part) for part in parts) else None
        case AnyOf(parts=parts):
            found = tuple(p for p in map(_without_account, parts) if p is not None)
            return (found[0] if len(found) == 1 else AnyOf(found)) if found else None
        case _:
            return None


def _shows(entry: Owned, columns: set[str], right: Right) -> bool:
    """Whether who holds `right` on a row of `entry` may select these of its columns."""
    if columns & set(entry.hidden):
        return False
    if entry.select.columns is not None and not columns <= set(entry.select.columns):
        return False
    granted = entry.select.right
    for part in granted.parts if isinstance(granted, AnyOf) else (granted,):
        match part:
            case Authenticated() | Public(where=None):
                return True
            case Public() | Own() if isinstance(right, Own):
                return True
            case Member(role=role) if isinstance(right, Member) and role in (None, right.role):
                return True
            case Shared(role=role) if isinstance(right, Shared) and role in (None, right.role):
                return True
            case _:
                continue
    return False


def _grants(owned: Owned) -> Iterator[Grant]:
    for operation in OPERATIONS:
        rule = owned.rule(operation)
        if isinstance(rule.right, Nobody):
            continue
        roles = ("anon", "authenticated") if admits_anon(rule.right) else ("authenticated",)
        if operation == "delete":
            yield Grant(operation, roles, columns=None)
        elif rule.columns is not None:
            columns = tuple(
                c for c in rule.columns if operation != "select" or c not in owned.hidden
            )
            if operation == "insert":
                columns += tuple(c for c in owned.kept if c not in columns)
            if operation == "update":
                # Sent along with the others; the triggers see to them. A table that another
                # program made has none, so nothing more is opened there.
                extra = tuple(c for c in owned.granted if c not in columns)
                if owned.external and extra:
                    yield Grant(operation, roles, columns=extra, ours=True)
                else:
                    columns += extra
            if columns:
                yield Grant(operation, roles, columns=columns)
        else:
            closed = owned.hidden
            if operation == "update":
                closed = tuple(c for c in (*closed, *owned.placing) if c not in owned.granted)
            yield Grant(
                operation,
                roles,
                excluded=tuple(dict.fromkeys(closed)),
                included=owned.granted if operation == "update" else (),
            )


def _helper_name(body: InRows | InPlaces) -> str:
    if isinstance(body, InPlaces):
        role = "" if body.role is None else f"_{body.role}"
        text = f"{_plain(body.members.table)}{role}"
        return f"places_{text}"
    return f"rows_{_plain(body.table)}"


def _plain(table: Relation) -> str:
    return table.name if table.schema == "public" else f"{table.schema}_{table.name}"


def _unused(name: str, taken: Iterable[str]) -> str:
    """`name` as a plain identifier that no other helper has."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower())
    known = set(taken)
    candidate, number = _fitting(plain), 2
    while candidate in known:
        candidate, number = _fitting(f"{plain}_{number}"), number + 1
    return candidate


def _fitting(name: str) -> str:
    """`name`, shortened with a digest where PostgreSQL would cut it off."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST_NAME - 9].decode(errors="ignore") + "_" + digest


def _about(body: InRows | InPlaces) -> str:
    if isinstance(body, InPlaces):
        role = "" if body.role is None else f' with the role "{body.role}"'
        shares = isinstance(body.members, Shares)
        what = "Rows shared with the caller" if shares else "Places that the caller belongs to"
        return f"{what} by {body.members.table}{role}."
    return f"Rows of {body.table} that lead to the caller."
