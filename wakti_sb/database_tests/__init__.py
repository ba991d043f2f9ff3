"""pgTAP tests of a project: `supabase/tests/**/*.sql`, each file in a copy of the database."""

from __future__ import annotations

from wakti_sb.database_tests.files import TestFile, find
from wakti_sb.database_tests.run import run
from wakti_sb.database_tests.tap import Outcome, Test, as_tap

__all__ = ["Outcome", "Test", "TestFile", "as_tap", "find", "run"]
