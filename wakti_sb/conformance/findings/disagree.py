"""Where the two transports differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model import Advice, Finding, Problem, Verdict
from .request import http_text


def disagreements(over_sql: Iterable[Verdict], over_client: Iterable[Verdict]) -> Iterator[Finding]:
    """Cases on which the two transports differ: one of them does not tell what users get.

    One finding for all that are about the same operation on the same object.
    """
    by_id = {verdict.case.id: verdict for verdict in over_sql}
    groups: dict[tuple[str, str, str], list[tuple[Verdict, Verdict]]] = {}
    for verdict in over_client:
        other = by_id.get(verdict.case.id)
        if other is not None and other.status != verdict.status:
            group = (verdict.case.subject, verdict.case.operation, verdict.status)
            groups.setdefault(group, []).append((other, verdict))
    for members in groups.values():
        other, verdict = members[0]
        yield Finding(
            id=f"{verdict.case.id} (transports disagree)",
            subject=verdict.case.subject,
            problem=Problem.DISAGREEMENT,
            reason=f"over SQL: {other.reason}; through the client: {verdict.reason}",
            operation=verdict.case.operation,
            identity=verdict.case.identity,
            request=http_text(verdict.case.attempt),
            fix=Advice(
                "look at what lies between: the gateway, exposed schemas, the schema cache, a "
                "bucket's settings"
            ),
            cases=tuple(member.case.id for _, member in members),
        )
