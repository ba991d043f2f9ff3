-- Two users with a notebook, a note and a reminder each; their profiles come with the sign-up.
insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data, aud, role) values
('a11ce000-0000-4000-8000-00000000000a', 'alice@example.com', '{"name": "Alice"}', '{}', 'authenticated', 'authenticated'),
('b0b00000-0000-4000-8000-00000000000b', 'bob@example.com', '{"name": "Bob"}', '{}', 'authenticated', 'authenticated');
insert into public.notebooks (id, user_id, title, slug, colour) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'Garden', 'garden', 'green'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'Boats', 'boats', 'blue');
insert into public.notes
(id, notebook_id, user_id, body, priority, starts_at, ends_at) overriding system value values
(1, 'a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'Water', 1, '2026-01-01', '2026-01-02'),
(2, 'b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'Sail', 2, '2026-01-01', '2026-01-02');
insert into public.reminders (note_id, due_on) values
(1, '2026-01-01'),
(2, '2026-01-01');
select setval(pg_get_serial_sequence('public.notes', 'id'), 2);
