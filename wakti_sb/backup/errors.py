"""What can go wrong with backups.

BackupError
├── ArchiveDamaged    the file is cut, changed or none of ours
└── TargetOccupied    the target holds rows that a restore would mix with
"""

from __future__ import annotations

from wakti_sb.errors import WaktiError


class BackupError(WaktiError):
    """The backup, or what is done with it, cannot go on."""


class ArchiveDamaged(BackupError):
    """The file is cut, changed or none of ours."""


class TargetOccupied(BackupError):
    """The target holds rows that a restore would mix with."""
