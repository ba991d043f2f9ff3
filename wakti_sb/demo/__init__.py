"""The guided tour: one owner, one project, one real request through each system.

It sees only an `Endpoint`, so it shows the same on any stack.
"""

from __future__ import annotations

from wakti_sb.demo.site import Exchange, visit
from wakti_sb.demo.tour import Tour, run
from wakti_sb.demo.views import TABLES, Sight, look

__all__ = ["TABLES", "Exchange", "Sight", "Tour", "look", "run", "visit"]
