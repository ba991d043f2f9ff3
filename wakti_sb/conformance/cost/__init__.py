"""What row level security costs in tables that are full, and what would make it cheaper."""

from __future__ import annotations

from .figures import Budget, CostReport, Figures, Measured, Proposal, Read
from .whole import cost

__all__ = [
    "Budget",
    "CostReport",
    "Figures",
    "Measured",
    "Proposal",
    "Read",
    "cost",
]
