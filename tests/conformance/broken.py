"""Twenty broken schemas: the seeded faults of the examples, several at a time."""

from __future__ import annotations

BROKEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("notes", ("column_too_many", "using_true_left_in")),
    ("notes", ("no_with_check", "owner_locked_out")),
    ("notes", ("rls_never_on", "trusts_owner_column", "anon_calls_function")),
    ("notes", ("view_of_its_owner", "joined_at_can_be_changed")),
    ("notes", ("nobody_described_it", "using_true_left_in", "no_with_check")),
    ("team", ("adds_itself", "any_role_will_do")),
    ("team", ("comments_in_anothers_name", "plan_for_free")),
    ("team", ("promotes_itself", "unfiltered_delete")),
    ("team", ("wrong_membership", "comments_under_any_document")),
    ("team", ("policy_calls_itself", "any_role_will_do", "plan_for_free")),
    ("magazine", ("drafts_are_public", "payout_account_shown")),
    ("magazine", ("edits_anybodys_article", "reacts_for_others")),
    ("magazine", ("hands_articles_over", "authors_lose_their_drafts")),
    ("magazine", ("covers_can_be_listed", "upsert_takes_over")),
    ("magazine", ("covers_without_folder", "bylines_written_by_anybody")),
    ("filebox", ("bucket_made_public", "boxes_in_anothers_name")),
    ("filebox", ("guest_list_of_everybody", "readers_write")),
    ("filebox", ("documents_need_no_box", "guests_invite_guests")),
    ("filebox", ("reads_any_folder", "avatar_policy_for_every_bucket")),
    ("filebox", ("moves_files_into_foreign_boxes", "definer_tells_all_boxes")),
)
