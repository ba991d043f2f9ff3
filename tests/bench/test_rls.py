"""`wakti-sb bench rls`: what counts as found, and that our own side runs without a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.rls.contender import Said, bare
from bench.rls.peers.installed import PEERS
from bench.rls.report import markdown, named_holes, verdict
from bench.rls.subject import Fault, subjects
from tests.command_line import wakti
from wakti_sb import spec

ROOT = Path(__file__).parents[2]
FAULT = Fault("rls never on", "reminders", Path("rls_never_on.sql"))
REMARK = Said("finding", "notes", "update", "no WITH CHECK")


def said(*all_of: Said) -> frozenset[Said]:
    return frozenset(all_of)


@pytest.mark.parametrize(
    ("faulty", "expected"),
    [
        (said(REMARK, Said("finding", "reminders")), "named"),
        (said(REMARK, Said("finding", "notebooks")), "found"),
        (said(REMARK, Said("unsure", "reminders")), "unsure"),
        (said(REMARK), "missed"),
        (said(), "missed"),
        (said(Said("failed", "", "", "StackError: psycopg")), "failed"),
    ],
)
def test_only_what_a_tool_did_not_say_of_the_sound_schema_counts(
    faulty: frozenset[Said], expected: str
) -> None:
    assert verdict(FAULT, said(REMARK), faulty) == expected


def test_a_tool_that_stumbles_over_the_sound_schema_is_not_said_to_have_missed_anything() -> None:
    assert verdict(FAULT, said(Said("failed", "")), said()) == "failed"


def test_a_remark_about_reading_names_no_hole_for_writing() -> None:
    (first,) = (one for one in subjects() if one.holes)
    table = first.holes[0]
    assert named_holes(first, said(Said("finding", table, "select"))) == []
    assert named_holes(first, said(Said("unsure", table, "insert"))) == []
    assert named_holes(first, said(Said("finding", table, "insert"))) == [table]


@pytest.mark.parametrize("name", ["public.notes", "notes(bigint)", "notes", "audit.public.notes"])
def test_objects_are_compared_without_schema_and_arguments(name: str) -> None:
    assert bare(name) == "notes"


def test_every_schema_has_what_each_contender_needs_and_every_peer_a_pinned_version() -> None:
    for make in PEERS.values():
        peer = make("no program")
        assert "==" in peer.package
        for subject in subjects():
            assert all(subject.file(name).is_file() for name in peer.written)
    for subject in subjects():
        assert spec.load(subject.model).owned
        assert subject.schema
        assert subject.faults or subject.holes


@pytest.mark.slow
def test_our_own_side_runs_without_a_network_and_names_every_seeded_hole() -> None:
    options = ["--runs", "1", "--holes", "2", "--without-peers", "--json"]
    done = wakti("bench", "rls", *options, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {"runs", "contenders", "ratios", "targets"} <= set(report)
    assert report["left_out"] == list(PEERS)
    assert report["cases"]["sql"] > report["cases"]["client"] > 0
    assert report["mutants"]["survived"] == 0
    for name in ("backend", "notes"):
        ours = report["findings"][name]["wakti-sb"]
        assert ours["findings"] == ours["unsure"] == 0
        assert list(ours["faults"].values()) == ["named", "named"]
    assert len(report["findings"]["first release"]["wakti-sb"]["holes"]) == 6
    assert "Left out: rlsgrid" in markdown(report)
