"""A schema with as many tables as somebody wants, in the style of public projects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_TABLE = """
create table public.{name} (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users on delete cascade,
  {parent}title text not null,
  body text,
  created_at timestamptz not null default now()
);
alter table public.{name} enable row level security;
create policy "read own {name}" on public.{name} for select to authenticated
  using (user_id = (select auth.uid()));
create policy "add own {name}" on public.{name} for insert to authenticated
  with check (user_id = (select auth.uid()){under});
create policy "change own {name}" on public.{name} for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()){under});
create policy "delete own {name}" on public.{name} for delete to authenticated
  using (user_id = (select auth.uid()));
"""
_UNDER = " and exists (select from public.{0} as p where p.id = {0}_id and p.user_id = auth.uid())"


def schema(tables: int) -> str:
    """The SQL of a schema: every third table stands alone, two lie below it."""
    return "\n".join(_tables(tables))


def project(folder: Path, tables: int, *further: str) -> Path:
    """A project with that schema, and further migrations; it has no wakti.toml yet."""
    migrations = folder / "supabase" / "migrations"
    migrations.mkdir(parents=True)
    for number, text in enumerate((schema(tables), *further)):
        (migrations / f"2026010100000{number}_m{number}.sql").write_text(text, encoding="utf-8")
    return folder


def model(tables: int) -> str:
    """The wakti.toml of that schema: every row is its owner's to do anything with."""
    rights = "".join(f'{each} = "own"\n' for each in ("select", "insert", "update", "delete"))
    owned = (
        f'[[owned]]\ntable = "public.part_{number}"\nowner = "user_id"\n{rights}'
        for number in range(tables)
    )
    return "\n".join(("[generate]\nbackend = false\npolicies = false\n", *owned))


def _tables(tables: int) -> Iterator[str]:
    for number in range(tables):
        above = f"part_{number - number % 3}" if number % 3 else None
        yield _TABLE.format(
            name=f"part_{number}",
            parent=f"{above}_id uuid not null references public.{above},\n  " if above else "",
            under=_UNDER.format(above) if above else "",
        )
