"""Objects that the database lacks because an extension is missing: left out, and never safe.

A statement that was left out may have been the policy that opens a table, or the function that
tells its rows. So whatever such a statement was about is not tried and counts as untested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...spec import Excuse, Function, Owned, Relation, Spec
from ..model import Advice, Finding, Problem, Subject

_PLACE = re.compile(r":\d+$")
_STORAGE = ("storage.objects", "storage.buckets")


def leave_out(spec: Spec, left_out: Mapping[str, str]) -> tuple[Spec, tuple[Finding, ...]]:
    """The model without what cannot be tried, and a finding for each of these. Pure.

    Parameters:
        left_out: tables, views and functions, with their schema, and why they are not as the
            migrations make them.
    """
    if not left_out:
        return spec, ()
    gone = {name: reason for name, reason in left_out.items() if _matters(spec, name)}
    while found := _depending(spec, gone):
        gone |= found
    kept = {
        "owned": tuple(entry for entry in spec.owned if entry.table not in gone),
        "view": tuple(entry for entry in spec.view if entry.table not in gone),
        "bucket": tuple(one for one in spec.bucket if f"bucket {one.name}" not in gone),
        "function": tuple(one for one in spec.function if _name(one) not in gone),
        # What is there all the same is not described any more.
        "excuse": (*spec.excuse, *(Excuse(object=name, reason=gone[name]) for name in gone)),
    }
    fields = {name: getattr(spec, name) for name in Spec.model_fields}
    return Spec.model_construct(**(fields | kept)), tuple(_finding(*one) for one in gone.items())


def _matters(spec: Spec, name: str) -> bool:
    """Whether the API shows it, or the model speaks of it; of a place in a file nobody knows."""
    if _PLACE.search(name) or spec.entry(name) is not None or name in _STORAGE:
        return True
    return Relation(name).schema in spec.project.schemas


def _depending(spec: Spec, gone: Mapping[str, str]) -> dict[str, str]:
    """What the model describes by way of something that is gone, and is not yet gone itself."""
    found = {}
    for entry in spec.relations:
        found[str(entry.table)] = next((name for name in _needs(entry) if name in gone), None)
    for bucket in spec.bucket:
        names = [*_STORAGE, *(segment.value for path in bucket.paths for segment in path)]
        names += [str(bucket.members.table)] if bucket.members is not None else []
        found[f"bucket {bucket.name}"] = next((name for name in names if name in gone), None)
    for function in spec.function:
        of = str(function.of) if function.of is not None else ""
        found[_name(function)] = of if of in gone else None
    return {
        name: f"it goes by way of {cause}, and that one {gone[cause]}"
        for name, cause in found.items()
        if cause is not None and name not in gone
    }


def _needs(entry: Owned) -> list[str]:
    members = [str(each.table) for each in (entry.members, entry.shared) if each is not None]
    return [*map(str, entry.through), *members]


def _name(function: Function) -> str:
    return function.function.partition("(")[0]


def _finding(name: str, reason: str) -> Finding:
    return Finding(
        id=f"{name}: untested",
        subject=_subject(name),
        problem=Problem.UNTESTED,
        reason=reason,
        fix=Advice("try it where the extension is (--db-url), or excuse it with a reason"),
    )


def _subject(name: str) -> Subject:
    kind, _, bucket = name.partition("bucket ")
    return Subject.bucket(bucket) if bucket and not kind else Subject(name)
