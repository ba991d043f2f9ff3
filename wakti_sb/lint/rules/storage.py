"""Rules about Storage: which buckets a policy is for, and who lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wakti_sb.lint.catalog import Catalog, Policy
from wakti_sb.lint.finding import Finding
from wakti_sb.lint.rules.expressions import always_true, calls, columns, text_of
from wakti_sb.lint.tree import ast

_OBJECTS = "storage.objects"
_OWNER = frozenset({"owner", "owner_id"})  # own objects are one's own in every bucket
_KNOWN = (
    "auth.",
    "storage.foldername",
    "storage.filename",
    "storage.extension",
    "split_part",
    "lower",
    "string_to_array",
    "array_length",
    "current_setting",
    "coalesce",
    "starts_with",
    "position",
)  # functions that cannot ask for the bucket


def judge(catalog: Catalog) -> Iterator[Finding]:
    """What the rules find."""
    objects = catalog.table(_OBJECTS)
    if objects is None:
        return
    for policy in objects.policies.values():
        if not policy.permissive or not policy.for_the_api:
            continue
        own = _OWNER & columns(policy.using) and policy.command != "insert"
        if not own and not any(map(_may_ask_for_the_bucket, policy.conditions)):
            yield Finding.at(
                policy.place,
                "storage-policy-without-bucket",
                f'policy "{policy.name}" is for the objects of every bucket there is and will be',
                "begin it with bucket_id = '…' and",
            )
        if policy.command in ("select", "all") and policy.using is not None:
            yield from _listing(policy, catalog)


def _may_ask_for_the_bucket(condition: Any) -> bool:
    if "bucket_id" in columns(condition):
        return True
    return any(not name.startswith(_KNOWN) for name, _ in calls(condition))


def _listing(policy: Policy, catalog: Catalog) -> Iterator[Finding]:
    for bucket in sorted(catalog.public_buckets):
        if always_true(policy.using) or _whole_bucket(policy.using) == bucket:
            yield Finding.at(
                policy.place,
                "public_bucket_allows_listing",
                f'policy "{policy.name}" lists every object of the public bucket {bucket}; its'
                " public URLs need no policy",
                "drop it, or list a person's own folder: (storage.foldername(name))[1] ="
                " (select auth.uid())::text",
            )


def _whole_bucket(condition: Any) -> str | None:
    match condition:
        case ast.A_Expr(name=(ast.String(sval="="),), lexpr=left, rexpr=right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, ast.ColumnRef) and columns(one) == {"bucket_id"}:
                    return text_of(other)
    return None
