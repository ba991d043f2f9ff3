"""What a database lacks is set aside together with what the model reaches by way of it."""

from __future__ import annotations

from wakti_sb.conformance import leave_out
from wakti_sb.spec import parse

MODEL = """
[[owned]]
table = "public.documents"
owner = "user_id"
select = "own"

[[owned]]
table = "public.pages"
through = "public.documents"
key = "document_id"
select = "own"

[[owned]]
table = 'public."old notes"'
owner = "user_id"
select = "own"

[[function]]
function = "public.latest(uuid)"
execute = "authenticated"
of = "public.pages"

[[bucket]]
name = "scans"
paths = ["{public.documents}"]
select = "own"

[[bucket]]
name = "avatars"
paths = ["{user}"]
select = "own"
"""


def test_what_goes_by_way_of_a_table_that_is_gone_is_untested_too() -> None:
    model, findings = leave_out(parse(MODEL), {"public.documents": "needs vector"})

    assert [str(entry.table) for entry in model.owned] == ['public."old notes"']
    assert [bucket.name for bucket in model.bucket] == ["avatars"]
    assert model.function == ()
    assert {finding.table: finding.problem for finding in findings} == dict.fromkeys(
        ("public.documents", "public.pages", "public.latest", "bucket scans"), "untested"
    )
    assert "needs vector" in findings[1].reason


def test_no_bucket_is_proved_without_all_policies_of_its_objects() -> None:
    model, findings = leave_out(parse(MODEL), {"storage.objects": "needs vector"})

    assert model.bucket == ()
    assert {"bucket scans", "bucket avatars"} < {finding.table for finding in findings}


def test_a_name_with_a_space_is_found() -> None:
    model, _ = leave_out(parse(MODEL), {'public."old notes"': "needs vector"})

    assert len(model.owned) == 2


def test_a_whole_database_has_nothing_to_leave_out() -> None:
    given = parse(MODEL)

    assert leave_out(given, {}) == (given, ())


def test_what_the_api_does_not_show_is_no_finding_but_a_block_of_code_is() -> None:
    gone = {"auth.users": "…", "pgmq.q_tasks": "…", "supabase/migrations/1_a.sql:7": "…"}

    _, findings = leave_out(parse(MODEL), gone)

    assert [finding.table for finding in findings] == ["supabase/migrations/1_a.sql:7"]
