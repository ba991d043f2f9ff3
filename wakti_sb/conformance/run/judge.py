"""Whether a case has been proved. Pure: an outcome and its controls in, a verdict out."""

from __future__ import annotations

from ..model import SERVICE, Call, Case, Family, Outcome, Problem, Status, Verdict, beyond

_Judgement = tuple[Status, Problem | None, str]
_BEFORE_ROWS = tuple(f"permission denied for {kind} " for kind in ("table", "view", "schema"))
_BY_FOREIGN_KEY = (Family.FOREIGN_PARENT, Family.ANOTHERS_NAME)


def judge(
    case: Case, outcome: Outcome, controls: tuple[Outcome, ...] = (), transport: str = "sql"
) -> Verdict:
    """The verdict on a case. `controls` are the outcomes of `case.controls`, as far as tried."""
    status, problem, reason = _judge(case, outcome, controls)
    proof = next((control for control in controls if control.kind == "allowed"), None)
    if status == "unproven":  # what the secret key could do is not what is missing
        proof = None
    return Verdict(case, outcome, status, reason, problem, transport, proof or _first(controls))


def within_bounds(case: Case, outcome: Outcome) -> bool:
    """Whether nothing was reached that must not be."""
    return outcome.kind != "error" and not _too_many(case, outcome)


def needs_control(case: Case, outcome: Outcome) -> bool:
    """Whether this outcome is a denial that has to be earned."""
    reached = bool(outcome.rows) or outcome.kind == "error" or _too_many(case, outcome) != ""
    return not case.expected.must and not reached and not case.silent


def _judge(case: Case, outcome: Outcome, controls: tuple[Outcome, ...]) -> _Judgement:
    if outcome.kind == "error":
        words = f"no verdict, the database gave up: {outcome.message}"
        return "failed", Problem.NO_VERDICT, words
    if leaked := _too_many(case, outcome):
        return "failed", Problem.LEAK, leaked
    if missing := _missing(case, outcome):
        return "failed", Problem.LOCKED_OUT, missing
    if case.expected.must or outcome.rows or (_counts(case) and outcome.count):
        return "passed", None, str(outcome)
    if case.silent:
        return "passed", None, str(outcome)
    if not _proved(case, outcome, controls):
        first = _first(controls)
        proof = f"the rightful request was answered with {first}" if first else "nothing was tried"
        return "unproven", Problem.UNPROVEN, f"denied, but {proof}"
    if case.by and outcome.kind not in case.by:
        words = f"the column is granted, something else stopped it: {outcome}"
        return "failed", Problem.LEAK, words
    if outcome.kind == "constraint" and not _held(case, outcome):
        words = f"a constraint answered before any policy did: {outcome.message}"
        return "unproven", Problem.UNPROVEN, words
    return "passed", None, str(outcome)


def _proved(case: Case, outcome: Outcome, controls: tuple[Outcome, ...]) -> bool:
    """Whether the refusal shows something: somebody who may got through.

    The secret key counts only where the model lets nobody, or where a privilege refused: that is
    asked for before any row or policy. A privilege on a table that nobody has, not even this key,
    is shown by every refusal.
    """
    by_key = [attempt.who == SERVICE for attempt in case.controls[: len(controls)]]
    by_key += [False] * (len(controls) - len(by_key))
    let_in = [key for key, each in zip(by_key, controls, strict=True) if each.kind == "allowed"]
    if not let_in and isinstance(case.attempt.request, Call):
        return False  # its body may have been refused something
    if not let_in:
        tried = (outcome, *controls)
        return bool(controls) and all(
            each.kind == "refused by grant" and each.message.startswith(_BEFORE_ROWS)
            for each in tried
        )
    return not all(let_in) or all(by_key) or outcome.kind == "refused by grant"


def _held(case: Case, outcome: Outcome) -> bool:
    """Whether the constraint is part of the defence.

    A foreign key may refuse a foreign parent, a check a row without an owner.
    """
    if case.family == Family.NOBODYS_NAME:
        return outcome.code in ("23502", "23514")
    return outcome.code == "23503" and case.family in _BY_FOREIGN_KEY


def _too_many(case: Case, outcome: Outcome) -> str:
    leaked = beyond(case, outcome)
    if leaked:
        return f"reached {_rows(len(leaked))} out of bounds"
    if outcome.count and not outcome.rows and _counts(case):
        over = outcome.count - len(case.expected.may)
        return f"counted {_rows(over)} out of bounds" if over > 0 else ""
    return ""


def _missing(case: Case, outcome: Outcome) -> str:
    if not case.expected.must:
        return ""
    if _counts(case):
        short = len(case.expected.must) - outcome.count
        return f"missed {_rows(short)} that it may reach ({outcome})" if short > 0 else ""
    missed = case.expected.must - outcome.rows
    return f"missed {_rows(len(missed))} that it may reach ({outcome})" if missed else ""


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _counts(case: Case) -> bool:
    return case.family == Family.COUNT


def _first(controls: tuple[Outcome, ...]) -> Outcome | None:
    return controls[0] if controls else None
