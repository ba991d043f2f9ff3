"""`supabase/config.toml`: what the stack heeds of it, and what it does not."""

from __future__ import annotations

from wakti_sb.stack.config.model import Bucket, Config, EdgeRuntime, FunctionSettings
from wakti_sb.stack.config.reading import files, read
from wakti_sb.stack.config.unheeded import unheeded
from wakti_sb.stack.config.values import FILE

__all__ = [
    "FILE",
    "Bucket",
    "Config",
    "EdgeRuntime",
    "FunctionSettings",
    "files",
    "read",
    "unheeded",
]
