"""How attempts travel: plain SQL in a rolled-back transaction, and the Supabase client."""

from __future__ import annotations

from .sql import SqlTransport
from .transport import Transport

__all__ = ["SqlTransport", "Transport"]
