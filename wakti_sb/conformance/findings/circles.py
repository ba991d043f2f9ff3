"""Policies that ask each other in a circle: which they are, whoever's request ends in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...spec import Relation
from ..catalog import Catalog, Policy, Table
from ..conditions import Readers
from ..model import Call, Verdict

_RECURSION, _TOO_DEEP = "42P17", "54001"
_NAMED = re.compile(r'relation "(.+)"$')


def circle(catalog: Catalog, verdict: Verdict) -> tuple[Relation, ...]:
    """The tables whose policies ask each other for ever; none where that is not what happened.

    The database names one of them, whatever table was asked for; not where a function asks. It may
    have been the rightful request that found no end.
    """
    tried = [outcome for outcome in (verdict.outcome, verdict.control) if outcome is not None]
    outcome = next((each for each in tried if each.code in (_RECURSION, _TOO_DEEP)), None)
    request = verdict.case.attempt.request
    if outcome is None or verdict.status == "passed" or isinstance(request, Call):
        return ()
    asked = request.table
    readers = Readers(catalog, definers=False)
    match = _NAMED.search(outcome.message)
    named = [relation for relation in catalog.tables if match and relation.name == match[1]]
    for start in named or sorted({asked, *readers.reached(asked)}):
        around = [each for each in readers.reached(start) if start in readers.reached(each)]
        if around:
            return tuple(sorted(each for each in around if not catalog.tables[each].is_view))
    return tuple(named[:1])


def asking(catalog: Catalog, tables: tuple[Relation, ...]) -> Iterator[tuple[Table, Policy]]:
    """The policies of these tables through which they come back to each other."""
    readers = Readers(catalog, definers=False)
    for relation in tables:
        table = catalog.tables[relation]
        for policy in table.policies:
            read = readers.of_policy(policy)
            if read & set(tables) or any(readers.reached(each) & set(tables) for each in read):
                yield table, policy
