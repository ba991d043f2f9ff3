"""Findings by their cause, the most harmful first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..model import ANON, Cause, Finding, Harm, Problem, Root, SubjectKind

_MOST_NAMED = 5
_BY_POLICY = 4  # parts of a key that ends with policies
_ACROSS = tuple(root for root in Root if root is not Root.OBJECT)


def causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """One cause for all that one change closes, with everybody whom it concerns.

    By object, operation and what decided; across objects where they share what decided.
    """
    listed = list(findings)
    locked = {(f.table, f.operation): _key(f) for f in listed if f.problem == Problem.LOCKED_OUT}
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in listed:
        key = _key(each)
        if each.problem == Problem.UNPROVEN:  # for want of what somebody is kept from
            key = locked.get((each.table, each.operation), key)
        groups.setdefault(key, []).append(each)
    merged = _of_one_condition(_merged(groups))
    found = [_cause(sorted(each, key=harm)) for each in merged]
    return tuple(sorted(found, key=lambda cause: (cause.harm, -len(cause.objects))))


def _merged(groups: dict[tuple[str, ...], list[Finding]]) -> Iterator[list[Finding]]:
    """Groups about the same, of which one policy is a part, as one."""
    kept: list[tuple[tuple[str, ...], set[str], list[Finding]]] = []
    for key, members in groups.items():
        policies = set(members[0].policy.split(", ")) if len(key) == _BY_POLICY else set()
        for known, theirs, others in kept:
            if policies & theirs and known[:-1] == key[:-1]:
                others.extend(members)
                theirs &= policies
                break
        else:
            kept.append((key, policies, list(members)))
    return (members for _, _, members in kept)


def _of_one_condition(groups: Iterable[list[Finding]]) -> list[list[Finding]]:
    """The groups, those as one whose untested conditions are the same in several tables."""
    kept: list[list[Finding]] = []
    for members in groups:
        texts = {each.condition for each in members} - {""}
        same = (known for known in kept if texts & {each.condition for each in known})
        if texts and (known := next(same, None)) is not None:
            known.extend(members)
        else:
            kept.append(members)
    return kept


def harm(finding: Finding) -> Harm:
    """How much a finding matters."""
    if finding.problem == Problem.NO_VERDICT and finding.subject.kind is SubjectKind.FUNCTION:
        return Harm.UNTESTED  # a function that fails by itself leaves all others to be proved
    match finding.problem:
        case Problem.NO_VERDICT | Problem.BYPASS:
            return Harm.NOTHING_PROVED
        case Problem.LEAK | Problem.DISAGREEMENT:
            writes = finding.operation not in ("select", "execute", "")
            if finding.identity == ANON.label:
                return Harm.ANONYMOUS_WRITE if writes else Harm.ANONYMOUS_READ
            return Harm.FOREIGN_WRITE if writes else Harm.FOREIGN_READ
        case Problem.UNDECLARED | Problem.MISSING:
            return Harm.UNDECLARED
        case Problem.LOCKED_OUT:
            return Harm.LOCKED_OUT
        case _:
            return Harm.UNTESTED


def _key(finding: Finding) -> tuple[str, ...]:
    if finding.root is Root.NOT_SERVED:
        return (finding.root,)
    if finding.root in _ACROSS:
        kind = str(finding.subject.kind) if finding.root is Root.UNDECLARED else ""
        return (finding.problem, finding.root, kind)
    if finding.problem in (Problem.UNTESTED, Problem.CONDITION, Problem.UNPROVEN):
        return (finding.problem, finding.table)
    if not finding.policy:
        return (finding.id,)
    return (finding.table, finding.operation, finding.problem, finding.policy)


def _cause(findings: list[Finding]) -> Cause:
    first = findings[0]
    objects = list(dict.fromkeys(_short(finding) for finding in findings))
    title = first.id
    if first.root in _ACROSS and len(objects) > 1:
        more = len(objects) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        words = str(first.root)
        if first.root is Root.UNDECLARED:
            words = f"nobody described these {first.subject.kind}s"
        elif first.root is Root.RLS_OFF:
            words = f"{words} on {len(objects)} tables"
        title = f"{words}: {', '.join(objects[:_MOST_NAMED])}{rest}"
    elif first.condition and len(objects) > 1:
        ((text, _),) = Counter(f.condition for f in findings).most_common(1)
        title = f"conditions of {len(objects)} tables were not tried both ways, as {text}"
    return Cause(title, harm(first), tuple(findings))


def _short(finding: Finding) -> str:
    return finding.table.removeprefix("public.")
