"""A library to ask the Data API about, and a client that shows the whole answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from wakti_sb.stack import Endpoint

SCHEMA = """
create table public.authors (
  id int primary key,
  name text not null,
  notes jsonb
);
create table public.books (
  id bigint primary key,
  title text not null,
  author_id int references public.authors (id),
  translator_id int references public.authors (id),
  price numeric,
  pages int not null default 100,
  tags text[],
  meta jsonb,
  active boolean,
  shown tstzrange,
  serial bigint
);
create table public.readers (
  id int primary key,
  name text not null
);
create table public.loans (
  book_id bigint references public.books (id),
  reader_id int references public.readers (id),
  primary key (book_id, reader_id)
);
create table public.stock (
  sku text primary key,
  qty int not null default 1,
  label text default 'new',
  added timestamptz not null default '2026-01-02 03:04:05+00'
);
create table public.defaults_only (
  id int generated always as identity,
  word text default 'hello'
);
create view public.cheap_books as
select id, title, author_id, price from public.books where price < 10;
create function public.title_length(books) returns int
language sql stable as 'select length($1.title)';
create function public.first_book(authors) returns setof books rows 1
language sql stable as 'select * from books where author_id = $1.id order by id limit 1';
grant all on all tables in schema public to anon, authenticated, service_role;
"""

ROWS = """
truncate public.loans, public.books, public.authors, public.readers, public.stock,
  public.defaults_only restart identity cascade;
insert into public.authors values
  (1, 'Ada', '{"born": {"year": 1815}, "langs": ["en", "fr"]}'),
  (2, 'Bob', null),
  (3, 'Cid', '{"born": {"year": 1700}}');
insert into public.books
  (id, title, author_id, translator_id, price, pages, tags, meta, active, shown, serial)
values
  (1, 'Engines', 1, null, 9.90, 120, '{math,machines}', '{"shelf": "A", "copies": 2}', true,
   '[2026-01-01,2026-02-01)', 9007199254740993),
  (2, 'Notes, "quoted"', 1, 2, 1.10, 30, '{math}', '{"shelf": "B", "copies": 10}', false,
   '[2026-03-01,2026-04-01)', 2),
  (3, 'null', 2, 1, null, 55, null, null, null, null, 3),
  (4, '+1555', 2, null, 1234567890123456789.125, 100, '{}', '{"shelf": "A"}', true, null, 4);
insert into public.readers values (1, 'Rex'), (2, 'Sue');
insert into public.loans values (1, 1), (1, 2), (2, 1);
"""


@dataclass(frozen=True)
class Api:
    """The Data API as somebody with a key of the project sees it."""

    endpoint: Endpoint
    http: httpx.Client
    key: str

    def __call__(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: str | bytes | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a request; `content_type` and the like become headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(
            method, f"/rest/v1/{path}", json=json, content=content, headers=self._headers(named)
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self("GET", path, **headers)

    def rows(self, path: str, **headers: str) -> Any:
        """The body of an answer that must be good."""
        answer = self.get(path, **headers)
        assert answer.is_success, answer.text
        return answer.json()

    def ids(self, path: str) -> list[int]:
        """The ids of the rows that are found."""
        return [row["id"] for row in self.rows(path)]

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"apikey": self.key, **more}


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what the database announces."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
