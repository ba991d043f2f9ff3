"""What is given on tables and functions when they are made."""

from __future__ import annotations

from dataclasses import dataclass, field

from wakti_sb.lint.replay.functions import FunctionDefaults
from wakti_sb.lint.replay.privileges import TableDefaults


@dataclass(slots=True)
class Defaults:
    """Default privileges; those of Supabase unless said otherwise."""

    tables: TableDefaults = field(default_factory=TableDefaults)
    functions: FunctionDefaults = field(default_factory=FunctionDefaults)

    @classmethod
    def of_postgresql(cls) -> Defaults:
        """Those of a PostgreSQL where nobody has set any: pg_dump writes all others out."""
        return cls(TableDefaults(in_schema={}), FunctionDefaults(everywhere={"public"}))
