insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (%(name)s, %(name)s, %(public)s, %(file_size_limit)s, %(allowed_mime_types)s)
on conflict (id) do update
  set
    public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types
