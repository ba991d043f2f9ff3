"""Ways to weaken one policy. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..catalog import Policy, Table
from ..catalog.identifiers import ident, quoted
from .expressions import (
    asks_who,
    conditions_fixed,
    conjuncts_removed,
    disjuncts_removed,
    simplified,
    without_folder_test,
)
from .mutant import Change, Mutant


def dropped(table: Table, policy: Policy) -> Mutant:
    """The policy is gone."""
    return Mutant(
        f'{table.relation}: policy "{policy.name}" dropped',
        str(table.relation),
        "owner locked out" if policy.permissive else "restriction dropped",
        (f"drop policy {ident(policy.name)} on {quoted(table.relation)}",),
    )


def policy_mutants(table: Table, policy: Policy, new_rows: bool = True) -> Iterator[Mutant]:
    """Every way to weaken it.

    Parameters:
        new_rows: whether a check of new rows can refuse anything at all.
    """
    table_name, name = quoted(table.relation), ident(policy.name)

    def mutant(operator: str, words: str, *statements: str) -> Mutant:
        return Mutant(
            f'{table.relation}: policy "{policy.name}" {words}',
            str(table.relation),
            operator,
            statements,
        )

    yield dropped(table, policy)
    if policy.using is not None and policy.using != "true":
        yield mutant(
            "using (true)",
            "becomes using (true)",
            f"alter policy {name} on {table_name} using (true)",
        )
    for clause, expression in (("using", policy.using), ("with check", policy.check)):
        for operator, words, changed in _changed(expression):
            made = mutant(
                operator,
                f"{clause} {words}",
                f"alter policy {name} on {table_name} {clause} ({changed})",
            )
            yield replace(made, change=Change(table.relation, expression or "", changed))
    if new_rows and policy.command in ("insert", "update", "all") and policy.check != "true":
        yield mutant(
            "no with check",
            "without its check of new rows",
            f"alter policy {name} on {table_name} with check (true)",
        )
    if policy.roles == ("authenticated",) and _open_to_all(policy):
        yield mutant(
            "another role",
            "for every role",
            f"alter policy {name} on {table_name} to public",
            # The usual default: everybody has the privilege, the policy alone decides.
            f"grant {_privilege(policy)} on {table_name} to anon",
        )


def _changed(expression: str | None) -> Iterator[tuple[str, str, str]]:
    """The expression changed at one condition; what comes to the same is made once."""
    seen = {"true", "TRUE", "FALSE"}  # `using (true)` is made anyhow, and false is as dropped
    listed = (
        *(
            ("conjunct removed", f"without {_short(r)}", e)
            for r, e in conjuncts_removed(expression)
        ),
        *(
            ("disjunct removed", f"without {_short(r)}", e)
            for r, e in disjuncts_removed(expression)
        ),
        *(
            (f"condition made {word}", f"with {_short(r)} made {word}", e)
            for word, value in (("true", True), ("false", False))
            for r, e in conditions_fixed(expression, value)
        ),
    )
    for operator, words, changed in listed:
        key = simplified(changed)
        if key not in seen:
            seen.add(key)
            yield operator, words, changed


def _open_to_all(policy: Policy) -> bool:
    """Whether it asks nothing about the caller: one that does refuses anon by itself."""
    return not any(asks_who(text) for text in (policy.using, policy.check) if text)


def _privilege(policy: Policy) -> str:
    if policy.command == "all":
        return "select, insert, update, delete"
    return policy.command if policy.command in ("select", "insert") else f"select, {policy.command}"


def without_folder(table: Table, policy: Policy) -> Iterator[Mutant]:
    """A storage policy that does not look at the folder any more."""
    table_name, name = quoted(table.relation), ident(policy.name)
    for clause, expression in (("using", policy.using), ("with check", policy.check)):
        rest = without_folder_test(expression)
        if rest is not None:
            yield Mutant(
                f'{table.relation}: policy "{policy.name}" {clause} without its folder test',
                str(table.relation),
                "no folder test",
                (f"alter policy {name} on {table_name} {clause} ({rest})",),
            )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
