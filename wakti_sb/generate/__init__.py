"""Sources and ownership model → `supabase/`: migrations, edge functions, config.toml.

`plan()` compares and decides, `apply()` writes. Versioned sources become a migration once and are
frozen; repeatable ones (policies, functions) become a new migration whenever they render to
something new. What was written is recorded in `supabase/wakti.lock.json`.
"""

from __future__ import annotations

from .apply import apply
from .lock import Lock
from .lock import read as read_lock
from .plan import Change, Plan, plan
from .scaffold import scaffold_table

__all__ = ["Change", "Lock", "Plan", "apply", "plan", "read_lock", "scaffold_table"]
