"""What the suite needs of the people that the pytest plugin makes."""

from __future__ import annotations

from typing import Protocol

from supabase import Client


class Person(Protocol):
    """A user of the project who is signed in."""

    @property
    def id(self) -> str:
        """Of its row in `auth.users`."""

    @property
    def access_token(self) -> str:
        """Its live token."""

    @property
    def client(self) -> Client:
        """A Supabase client that acts as this user."""
