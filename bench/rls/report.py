"""The report of a run: seconds, what each contender found of the holes, and what was written."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench._report import Report, figure, target, targets_table
from bench.rls.contender import Contender, Said
from bench.rls.ours import OURS, Engine
from bench.rls.subject import Fault, Subject

ENGINE = "wakti-sb, called from Python"
_LIMITS = {"SQL matrix, seconds": 2.0, "mutate, seconds": 20.0}
_RATES = {"SQL matrix, cases a second": 500.0, "client matrix, cases a second": 300.0}
_MOVES = ("insert", "update", "upsert", "write")


@dataclass(frozen=True)
class Taken:
    """What one contender did with one subject.

    Parameters:
        seconds: of each counted round.
        sound: what it said of the schema as it is.
        with_fault: what it said of the schema with a fault, by the fault's name.
    """

    seconds: tuple[float, ...]
    sound: frozenset[Said]
    with_fault: Mapping[str, frozenset[Said]]


Results = Mapping[str, Mapping[str, Taken]]  # by contender and subject


def verdict(fault: Fault, sound: frozenset[Said], faulty: frozenset[Said]) -> str:
    """What a contender made of a seeded hole: only what it did not say of the sound schema counts.

    `named`: a new finding about the object; `found`: one about something else; `unsure`: the tool
    says that it cannot tell; `missed`; `failed`: it did not run to its end.
    """
    if any(one.kind == "failed" for one in sound | faulty):
        return "failed"
    new = faulty - sound
    if any(one.kind == "finding" and one.object == fault.object for one in new):
        return "named"
    if any(one.kind == "finding" for one in new):
        return "found"
    return "unsure" if new else "missed"


def named_holes(subject: Subject, said: frozenset[Said]) -> list[str]:
    """Which tables of a schema that is full of holes a contender names for a write."""
    about = {one.object for one in said if one.kind == "finding" and one.operation in _MOVES}
    return [name for name in subject.holes if name in about]


def report(
    subjects: Sequence[Subject],
    contenders: Sequence[Contender],
    results: Results,
    rounds: Sequence[Engine],
    left_out: Sequence[str],
) -> Report:
    """Everything that was measured, ready for JSON."""
    by_engine = _engine(rounds)
    return {
        "runs": len(rounds),
        "contenders": {
            ENGINE: by_engine,
            **{
                name: {subject: figure(taken.seconds) for subject, taken in each.items()}
                for name, each in results.items()
            },
        },
        "ratios": _ratios(results),
        "targets": _targets(by_engine),
        "cases": {"sql": rounds[0].sql_cases, "client": rounds[0].client_cases},
        "mutants": {"all": rounds[0].mutants, "survived": rounds[0].survivors},
        "findings": {
            subject.name: {
                name: _findings(subject, each[subject.name]) for name, each in results.items()
            }
            for subject in subjects
        },
        "written": {
            one.name: {
                subject.name: {file: _lines(subject, file) for file in one.written}
                for subject in subjects
            }
            for one in contenders
        },
        "left_out": list(left_out),
    }


def _engine(rounds: Sequence[Engine]) -> dict[str, Any]:
    return {
        "SQL matrix, seconds": figure([one.sql_seconds for one in rounds]),
        "SQL matrix, cases a second": figure([one.sql_cases / one.sql_seconds for one in rounds]),
        "client matrix, seconds": figure([one.client_seconds for one in rounds]),
        "client matrix, cases a second": figure(
            [one.client_cases / one.client_seconds for one in rounds]
        ),
        "mutate, seconds": figure([one.mutate_seconds for one in rounds]),
    }


def _ratios(results: Results) -> dict[str, Any]:
    """Seconds of a peer by ours, round by round."""
    return {
        f"{name} / {OURS}": {
            subject: figure(
                [
                    theirs / mine
                    for theirs, mine in zip(
                        taken.seconds, results[OURS][subject].seconds, strict=True
                    )
                ]
            )
            for subject, taken in each.items()
        }
        for name, each in results.items()
        if name != OURS
    }


def _targets(engine: dict[str, Any]) -> dict[str, Any]:
    at_most = {
        name: target(engine[name]["median"], at_most=limit) for name, limit in _LIMITS.items()
    }
    at_least = {
        name: target(engine[name]["median"], at_least=limit) for name, limit in _RATES.items()
    }
    return at_most | at_least


def _findings(subject: Subject, taken: Taken) -> dict[str, Any]:
    kinds = [one.kind for one in taken.sound]
    told: dict[str, Any] = {
        "findings": kinds.count("finding"),
        "unsure": kinds.count("unsure"),
        "failed": [one.text for one in taken.sound if one.kind == "failed"],
        "faults": {
            fault.name: verdict(fault, taken.sound, taken.with_fault[fault.name])
            for fault in subject.faults
            if fault.name in taken.with_fault
        },
    }
    if subject.holes:
        told["holes"] = named_holes(subject, taken.sound)
    return told


def _lines(subject: Subject, file: str) -> int:
    lines = subject.file(file).read_text(encoding="utf-8").splitlines()
    return sum(bool(line.strip()) and not line.lstrip().startswith(("#", "--")) for line in lines)


def markdown(report: Report) -> str:
    """The report for a person."""
    parts = [
        *_engine_table(report),
        "",
        *targets_table(report["targets"]),
        "",
        *_side_by_side(report),
        "",
        *_faults_table(report),
    ]
    parts += [f"\nLeft out: {one}" for one in report["left_out"]]
    return "\n".join([*parts, "", _DIFFERENCES])


def _engine_table(report: Report) -> list[str]:
    lines = [f"| {ENGINE} | median | spread |", "| --- " * 3 + "|"]
    for what, one in report["contenders"][ENGINE].items():
        lines.append(f"| {what} | {one['median']} | {one['spread'][0]} to {one['spread'][1]} |")
    cases, mutants = report["cases"], report["mutants"]
    survived = mutants["survived"]
    return [
        *lines,
        "",
        f"{cases['sql']} cases over SQL, {cases['client']} through the client; {mutants['all']}"
        f" mutants, {survived} survived.",
    ]


def _side_by_side(report: Report) -> list[str]:
    subjects = list(report["findings"])
    heads = "".join(f" {name}, s | says |" for name in subjects)
    lines = [f"| contender |{heads} lines written |", "| --- " * (2 * len(subjects) + 2) + "|"]
    for name, each in report["contenders"].items():
        if name == ENGINE:
            continue
        cells = []
        for subject in subjects:
            one, found = each[subject], report["findings"][subject][name]
            cells.append(f"{one['median']} ({one['spread'][0]} to {one['spread'][1]})")
            cells.append(_says(found))
        written = [sum(files.values()) for files in report["written"][name].values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {', '.join(map(str, written))} |")
    return lines


def _says(found: dict[str, Any]) -> str:
    if found["failed"]:
        return f"did not run: {'; '.join(found['failed'])}"
    text = f"{found['findings']} findings"
    if found["unsure"]:
        text += f", {found['unsure']} unsure"
    if "holes" in found:
        text += f"; names {len(found['holes'])} of 6 holes"
    return text


def _faults_table(report: Report) -> list[str]:
    names = [name for name in report["contenders"] if name != ENGINE]
    lines = [f"| seeded hole | {' | '.join(names)} |", "| --- " * (len(names) + 1) + "|"]
    for subject, found in report["findings"].items():
        for fault in found[names[0]]["faults"]:
            cells = [_cell(found[name]["faults"][fault]) for name in names]
            lines.append(f"| {subject}: {fault} | {' | '.join(cells)} |")
    totals = [
        statistics.mean(
            value == "named"
            for found in report["findings"].values()
            for value in found[name]["faults"].values()
        )
        if any(found[name]["faults"] for found in report["findings"].values())
        else 0
        for name in names
    ]
    return [*lines, f"| named | {' | '.join(f'{one:.0%}' for one in totals)} |"]


def _cell(verdict: str) -> str:
    return "**missed**" if verdict == "missed" else verdict


_DIFFERENCES = """\
What differs. `backend` and `notes` are sound: whatever is said of them is a false alarm or a
remark. Only what a tool did not say of the sound schema counts for a seeded hole: `named` is a new
finding about the object, `found` one about something else, `unsure` a new "cannot tell". Of `first
release` the holes are known: an owner's own row under somebody else's project, in six tables; a
finding about a write to the table counts as naming it.
Seconds are those of each tool's own programs, with their start; copying databases, installing,
seeding rows for rls-policy-tester and the dump that trespass reads are not counted.
rlsgrid probes other tenants' rows at random (300 probes); its findings include what `plan` calls
unrestricted. rlsautotest's include its lint from MEDIUM on and its bypass surfaces, which it calls
review flags; it takes the expected answer from the policies, and that a policy for UPDATE has no
WITH CHECK it says of sound tables too, so it names no hole. rls-policy-tester has the checks that
its documentation lists, written for each table; it finds whatever else somebody writes a check for.
trespass reads SQL and needs no database."""
