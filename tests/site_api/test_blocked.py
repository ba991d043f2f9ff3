"""Senders and words that an owner wants to hear nothing of."""

from __future__ import annotations

from typing import Any

import pytest

from .project import Project

LISTS = {
    "blocked_senders": ["Spam@Example.com", "@ads.example"],
    "blocked_words": ["casino", "كازينو", "100% free"],
}


@pytest.mark.parametrize(
    ("data", "blocked"),
    [
        ({"email": "spam@example.com"}, True),
        ({"البريد": " SPAM@example.COM "}, True),
        ({"email": "anyone@ads.example"}, True),
        ({"email": "not-spam@example.com"}, False),
        ({"email": "anyone@bads.example"}, False),
        ({"email": "anyone@ads.example.org"}, False),
        ({"message": "Visit our CASINO today"}, True),
        ({"message": "زوروا كازينو"}, True),
        ({"nested": {"text": ["now 100% FREE"]}}, True),
        ({"message": "100 percent free"}, False),
        ({"casino": "the name of a field is no word of a visitor"}, False),
        ({}, False),
    ],
)
def test_a_blocked_message_is_spam_that_says_why_and_is_answered_like_any_other(
    project: Project, data: dict[str, Any], blocked: bool
) -> None:
    project.configure(features={"forms": LISTS})
    answer = project.api("POST", "submit", data=data)
    [row] = project.rows("public.project_form_submissions")
    assert answer.json() == {"success": True, "id": str(row["id"])}
    assert (row["blocked"], row["is_spam"]) == (blocked, blocked)


def test_a_honeypot_is_spam_but_not_blocked(project: Project) -> None:
    project.configure(features={"forms": LISTS})
    project.api("POST", "submit", data={"_gotcha": "x"})
    [row] = project.rows("public.project_form_submissions")
    assert (row["blocked"], row["is_spam"]) == (False, True)
