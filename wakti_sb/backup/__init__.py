"""Backups and restores of a project, exports for a person, and erasure."""

from __future__ import annotations

from wakti_sb.backup.erase import Line, erase_project, erase_visitor
from wakti_sb.backup.errors import ArchiveDamaged, BackupError, TargetOccupied
from wakti_sb.backup.export import Exported, export
from wakti_sb.backup.restore import Restored, restore
from wakti_sb.backup.source import Source
from wakti_sb.backup.take import Taken, take

__all__ = [
    "ArchiveDamaged",
    "BackupError",
    "Exported",
    "Line",
    "Restored",
    "Source",
    "Taken",
    "TargetOccupied",
    "erase_project",
    "erase_visitor",
    "export",
    "restore",
    "take",
]
