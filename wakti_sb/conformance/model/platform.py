"""What every Supabase database holds: three tables and two roles that the cases are about."""

from __future__ import annotations

from ...spec import Relation

USERS = Relation("auth.users")
OBJECTS = Relation("storage.objects")
ELSEWHERE = "wakti-elsewhere"
"""A bucket of our own: a policy must ask for its bucket, or it opens every other one too."""
MESSAGES = Relation("realtime.messages")
API_ROLES = ("anon", "authenticated")
