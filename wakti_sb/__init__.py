"""A Supabase backend for published sites, and proof of who can reach what in it."""

__version__ = "0.1.0"
