"""The official local stack: `supabase start`, watched through Docker by label."""

from __future__ import annotations

from wakti_sb.stack.official.lifecycle import OfficialStack

__all__ = ["OfficialStack"]
