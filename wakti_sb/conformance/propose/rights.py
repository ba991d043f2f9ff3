"""The rights that the structure suggests, as far as the policies speak of them. Pure."""

from __future__ import annotations

from ...spec import Operation, Relation, Right
from ..catalog import Catalog, Table
from ..model import API_ROLES
from .authority import deciding
from .draft import RightLine
from .policies import Said, said
from .structure import Place, Structure

# The least that a share gives: who is asked for at least this is anybody it is shared with.
_READING = ("read", "reader", "view", "viewer", "read_only", "readonly", "can_view", "can_read")


class Rights:
    """What each line of rights says, and why."""

    def __init__(self, catalog: Catalog, structure: Structure) -> None:
        self.catalog = catalog
        self.structure = structure
        self.deciding = deciding(catalog)

    def right(self, table: Table, operation: Operation) -> RightLine:
        """Who may do it, at most as much as the structure suggests."""
        right = self._structural(table, operation)
        granted = _granted(table, operation)
        if not granted:
            return RightLine("none", f"no role of the API may {operation}")
        columns = _columns(table, operation, granted)
        if not table.rls and not table.policies:
            return RightLine(right, "the structure; row level security is off", columns)
        found = said(self.catalog, table, operation)
        if found is None:
            return RightLine("none", f"no policy lets anybody {operation}")
        line = self._smaller(table, operation, right, found, columns)
        return self._of_no_power(table, operation, line)

    def _of_no_power(self, table: Table, operation: Operation, line: RightLine) -> RightLine:
        """The right without columns in which a person would say what it may do elsewhere."""
        name = table.relation
        owner = self.structure.owners.get(name)
        alone = owner is not None and (owner,) in [unique.columns for unique in table.uniques]
        named = alone and self.structure.names_user(table, owner or "")
        power = self.deciding.get(name, frozenset()) - {owner}
        if operation not in ("insert", "update") or not named or line.right == "none":
            return line
        free = [c.name for c in table.columns if not c.generated and c.identity != "a"]
        if operation == "update":
            parent = self.structure.parents.get(name)
            fixed = {owner, parent.key if parent is not None else owner}
            free = [column for column in free if column not in fixed]
        kept = line.columns if line.columns is not None else tuple(free)
        if not power & set(kept):
            return line
        left = tuple(column for column in kept if column not in power)
        words = " and ".join(sorted(power & set(kept)))
        source = f"{line.source}; {words} says what a person may do"
        return RightLine(line.right if left else "none", source, left or None)

    def shows_others(self, name: Relation) -> bool:
        """Whether others read rows of a table, so that they may have rows under them."""
        table = self.catalog.tables.get(name)
        found = said(self.catalog, table, "select") if table is not None and table.rls else None
        inside = self.structure.place_above(name) is not None
        return found is not None and not inside and (found.everybody or bool(found.opened))

    def names_its_person(self, table: Table) -> bool:
        """Whether policies of a membership table ask whether a row is the caller's own."""
        place = self.structure.place_in(table.relation)
        if place is None:
            return False
        found = [said(self.catalog, table, o) for o in ("select", "update", "delete")]
        owned = place.parent in self.structure.owners
        if owned and any(each is not None and each.mentions(place.parent) for each in found):
            return False
        return any(each and each.asks_who and place.user in each.own.columns for each in found)

    def _harmless(self, table: Table, operation: Operation) -> bool:
        """Whether an update of a membership leaves out what says who belongs where, and as what."""
        place = self.structure.place_in(table.relation)
        granted = set(_granted(table, operation))
        telling = {place.key, place.user, place.role} if place is not None else granted
        return operation == "update" and not granted & telling

    def _structural(self, table: Table, operation: Operation) -> str:
        """The most that the structure suggests."""
        name = table.relation
        if self.structure.share_in(name) is not None:
            return "own or shared" if operation in ("select", "delete") else "own"
        owner = self.structure.owners.get(name)
        place = self.structure.place_above(name)
        if self.structure.place_in(name) is not None:
            theirs = place is not None and place.parent in self.structure.owners
            # Who leaves takes its own row away; who adds its own lets itself in, and who may change
            # its role or its place, does too.
            leaves = operation in ("select", "delete") or self._harmless(table, operation)
            leaves = leaves and self.names_its_person(table)
            return "own or member" if theirs or leaves else "member"
        if self.structure.place_of(name) is not None:
            if owner and operation == "insert":
                return "own"  # nobody is a member of what is not there yet
            return "own or member" if owner else "member"
        if place is not None and owner is not None:
            own = {"select": "member", "insert": "own and member"}
            return own.get(operation, "own")
        if place is not None:
            return "own or member" if place.parent in self.structure.owners else "member"
        return "own" if owner is not None or name in self.structure.parents else "none"

    def _smaller(
        self,
        table: Table,
        operation: Operation,
        right: str,
        found: Said,
        columns: tuple[str, ...] | None,
    ) -> RightLine:
        """The right of the structure as far as the policies speak of it."""
        whom = "public" if found.anon else "authenticated"
        question = f'open to everybody ("{whom}")? {found.cited} says so'
        if found.everybody and not found.opened:
            if right == "none" and operation == "select":
                return RightLine(whom, f"rows of nobody; {question}", columns)
            return RightLine(right, question, columns)
        place = self.structure.place_above(table.relation)
        if right == "own" and place is not None and found.mentions(place.table.relation):
            right = "own and member"
        if place is not None and "member" in right:
            right = _with_roles(right, place, found)
        right = self._with_shares(table, operation, right, found)
        right = _with_claims(right, found)
        if found.opened:
            # Where one policy opens some rows and another one all, the first may be what was meant.
            source = question if found.everybody else f"{found.cited} opens these rows"
            return RightLine(_opened(right, found), source, columns)
        return RightLine(right, found.cited, columns)

    def _with_shares(self, table: Table, operation: Operation, right: str, found: Said) -> str:
        """The right of those with whom a row is shared, where the policies ask for shares."""
        own = self.structure.share_in(table.relation)
        if own is not None:
            return right if own.user in found.whole.columns else "own"
        second = self.structure.second(table.relation)
        if second is not None and right == "own" and second in found.whole.columns:
            if self.structure.owners.get(table.relation) not in found.whole.columns:
                return "shared"
            return right if operation == "insert" else "own or shared"
        share = self.structure.share_above(table.relation)
        if share is None or right == "none" or not found.mentions(share.table.relation):
            return right
        named = [role for role in share.roles if role in found.literals]
        if named and not set(named) & {*_READING} and set(named) != set(share.roles):
            return " or ".join((right, *(f"shared:{_word(role)}" for role in named)))
        return f"{right} or shared"


def _with_claims(right: str, found: Said) -> str:
    """Claims of the token: beside the person's right, or in its place."""
    for number, named in enumerate(found.tokens):
        if right == "none" or (not found.asks_who and number == 0):
            right = str(named)
        elif all(each.beside_a_person for each in found.tokens if each.rights == named.rights):
            right = f"({right}) and {named}" if " or " in right else f"{right} and {named}"
        else:
            right = f"{right} or {named}"
    return right


def _opened(right: str, found: Said) -> str:
    """What is open to everybody, beside the right of those whose row it is."""
    parts: list[Right | str] = list(found.opened)
    if right not in ("own", "none"):  # the owner reads what is open in part anyhow
        parts.insert(0, right)
    return " or ".join(map(str, parts))


def _granted(table: Table, operation: Operation) -> tuple[str, ...]:
    """The columns that API roles may touch; of a delete the whole table."""
    roles = set(API_ROLES)
    if operation == "delete":
        return ("*",) if roles & set(table.deleters) else ()
    kind = {"select": "readers", "insert": "inserters", "update": "updaters"}[operation]
    return tuple(c.name for c in table.columns if roles & set(getattr(c, kind)))


def _columns(
    table: Table, operation: Operation, granted: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The columns of an update or insert, where not all are granted."""
    if operation in ("select", "delete"):
        return None
    free = [c.name for c in table.columns if not c.generated and c.identity != "a"]
    return None if set(free) <= set(granted) else tuple(c for c in free if c in granted)


def _with_roles(right: str, place: Place, found: Said) -> str:
    """`member` made narrower where the policies speak of some of its roles."""
    known = place.roles
    named = [role for role in known if role in found.literals]
    if not known and place.role is not None:  # a column that takes any text
        named = sorted(found.compared(place.role))
    if not named or set(named) == set(known):
        return right
    roles = " or ".join(f"role:{_word(role)}" for role in named)
    if right == "own and member":
        return f"own and ({roles})" if len(named) > 1 else f"own and {roles}"
    return right.replace("member", roles)


def _word(role: str) -> str:
    return role if role.replace("_", "").replace("-", "").isalnum() else f"'{role}'"
