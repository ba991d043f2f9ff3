"""How attempts travel: plain SQL in a rolled-back transaction, and the Supabase client."""

from __future__ import annotations

from .outcome import DENIALS, Kind, Outcome, Transport, refusal
from .sql import SqlTransport

__all__ = ["DENIALS", "Kind", "Outcome", "SqlTransport", "Transport", "refusal"]
