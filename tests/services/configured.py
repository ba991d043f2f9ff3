"""A project with settings of its own for Auth, and somebody who has signed up there."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from supabase import Client

from wakti_sb.stack import Mailbox

CONFIG = """
[auth]
site_url = "https://app.example.com"
additional_redirect_urls = ["https://*.preview.example.com/**"]
jwt_expiry = 600
enable_anonymous_sign_ins = true
enable_manual_linking = true
minimum_password_length = 8
password_requirements = "letters_digits"
signing_keys_path = "./signing_keys.json"

[auth.email]
enable_confirmations = true
secure_password_change = true
max_frequency = "1ms"
otp_length = 8

[auth.email.template.recovery]
subject = "Hello {{ .Data.name }}"
content_path = "./supabase/recovery.html"

[auth.sms]
enable_signup = true
enable_confirmations = true

[auth.sms.test_otp]
4152127777 = "123456"

[auth.sessions]
timebox = "24h"
inactivity_timeout = "1h"

[auth.hook.before_user_created]
enabled = true
uri = "pg-functions://postgres/public/welcome"

[auth.hook.custom_access_token]
enabled = true
uri = "pg-functions://postgres/public/add_claims"

[auth.hook.password_verification_attempt]
enabled = true
uri = "pg-functions://postgres/public/count_attempts"
"""
HOOKS = """
create function public.welcome(event jsonb) returns jsonb language sql as $$
  select case when event -> 'user' ->> 'email' like '%@blocked.example.com'
    then '{"error": {"http_code": 403, "message": "Not from there."}}'::jsonb
    else '{}' end
$$;
create function public.add_claims(event jsonb) returns jsonb language sql as $$
  select jsonb_set(event, '{claims,tier}', to_jsonb(event ->> 'authentication_method'))
$$;
create table public.attempts (user_id uuid, valid boolean);
create function public.count_attempts(event jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.attempts values ((event ->> 'user_id')::uuid, (event ->> 'valid')::boolean);
  if (select count(*) from public.attempts where not valid) > 2 then
    return '{"decision": "reject", "message": "Too many attempts."}';
  end if;
  return '{"decision": "continue"}';
end $$;
grant execute on function public.welcome, public.add_claims, public.count_attempts
to supabase_auth_admin;
"""
PASSWORD = "correct h0rse"


def write_configured(project: Path) -> None:
    """Write the project: its configuration, its hooks, a message and signing keys."""
    supabase = project / "supabase"
    (supabase / "migrations").mkdir(parents=True)
    (supabase / "migrations" / "20260101000000_hooks.sql").write_text(HOOKS)
    (supabase / "config.toml").write_text(CONFIG)
    (supabase / "recovery.html").write_text("<b>{{ .Token }}</b> {{ if .X }}{{ .SiteURL }}")
    key = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    # As the official CLI writes keys: one that only verifies signs nothing.
    kept = {"kty": "oct", "k": "c2VjcmV0" * 8, "kid": "kept", "alg": "HS256", "key_ops": ["verify"]}
    keys = [kept, {**key, "kid": "first", "alg": "ES256", "key_ops": ["sign", "verify"]}]
    (supabase / "signing_keys.json").write_text(json.dumps(keys))


def confirmed(client: Client, mailbox: Mailbox, email: str = "eva@example.com") -> Client:
    """The client after a sign-up whose address was confirmed."""
    client.auth.sign_up(
        {"email": email, "password": PASSWORD, "options": {"data": {"name": "Eva"}}}
    )
    code = mailbox.latest(email).code
    assert code is not None
    client.auth.verify_otp({"email": email, "token": code, "type": "signup"})
    return client
