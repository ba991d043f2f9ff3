-- Two owners, a project with a row in each table for both, and a project more that is empty.
insert into auth.users (id, email, raw_user_meta_data, raw_app_meta_data, aud, role) values
('a11ce000-0000-4000-8000-00000000000a', 'alice@example.com', '{}', '{}', 'authenticated', 'authenticated'),
('b0b00000-0000-4000-8000-00000000000b', 'bob@example.com', '{}', '{}', 'authenticated', 'authenticated');
insert into public.projects (id, user_id, name) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'Alice''s site'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'Bob''s site'),
('a0000000-0000-4000-8000-000000000003', 'a11ce000-0000-4000-8000-00000000000a', 'Alice''s empty site'),
('b0000000-0000-4000-8000-000000000004', 'b0b00000-0000-4000-8000-00000000000b', 'Bob''s empty site');
insert into public.project_backends (project_id, user_id) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b');
insert into public.project_uploads
(project_id, user_id, filename, storage_path, file_type, size_bytes) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'a.txt', 'a0000000-0000-4000-8000-000000000001/a.txt', 'text/plain', 1),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'a.txt', 'b0000000-0000-4000-8000-000000000002/a.txt', 'text/plain', 1);
insert into public.project_form_submissions (project_id, user_id, data) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', '{}'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', '{}');
insert into public.project_collections (project_id, user_id, collection_name, data) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'dishes', '{}'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'dishes', '{}');
insert into public.project_collection_schemas
(project_id, user_id, collection_name, schema) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'dishes', '{}'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'dishes', '{}');
insert into public.project_site_users (project_id, owner_id, email, password_hash) values
('a0000000-0000-4000-8000-000000000001', 'a11ce000-0000-4000-8000-00000000000a', 'guest@example.com', 'none'),
('b0000000-0000-4000-8000-000000000002', 'b0b00000-0000-4000-8000-00000000000b', 'guest@example.com', 'none');
