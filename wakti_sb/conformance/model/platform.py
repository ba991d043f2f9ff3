"""What every Supabase database holds: two tables and two roles that the cases are about."""

from __future__ import annotations

from ...spec import Relation

USERS = Relation("auth.users")
OBJECTS = Relation("storage.objects")
API_ROLES = ("anon", "authenticated")
