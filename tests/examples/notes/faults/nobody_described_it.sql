-- finding: public.drafts: nobody described this table
create table public.drafts (id uuid primary key, body text);
