"""Auth with settings of its own in `supabase/config.toml`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from psycopg import Connection
from supabase import AuthApiError, Client, ClientOptions, create_client
from supabase_auth.errors import AuthWeakPasswordError

from wakti_sb.stack import EmbeddedStack, Mailbox
from wakti_sb.stack.endpoint import Endpoint

from .test_auth import claims

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


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("configured")
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
    return project


@pytest.fixture(scope="module")
def configured(project: Path) -> Iterator[EmbeddedStack]:
    stack = EmbeddedStack(project)
    stack.up(port=0)
    yield stack
    stack.down(remove_data=True)


@pytest.fixture
def endpoint(configured: EmbeddedStack) -> Endpoint:
    return configured.reset()


@pytest.fixture
def mailbox(endpoint: Endpoint) -> Mailbox:
    return Mailbox(endpoint.api_url)


@pytest.fixture
def database(endpoint: Endpoint) -> Iterator[Connection[Any]]:
    url = endpoint.db_url.replace("//postgres:", "//supabase_admin:")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def connect(endpoint: Endpoint) -> Iterator[Callable[[], Client]]:
    with ExitStack() as opened:

        def connect(flow: Any = "implicit") -> Client:
            options = ClientOptions(
                auto_refresh_token=False,
                persist_session=False,
                flow_type=flow,
                httpx_client=opened.enter_context(httpx.Client()),
            )
            return create_client(endpoint.api_url, endpoint.publishable_key, options=options)

        yield connect


@pytest.fixture
def client(connect: Callable[[], Client]) -> Client:
    return connect()


def confirmed(client: Client, mailbox: Mailbox, email: str = "eva@example.com") -> Client:
    """The client after a sign-up whose address was confirmed."""
    client.auth.sign_up(
        {"email": email, "password": PASSWORD, "options": {"data": {"name": "Eva"}}}
    )
    code = mailbox.latest(email).code
    assert code is not None
    client.auth.verify_otp({"email": email, "token": code, "type": "signup"})
    return client


def test_an_address_is_confirmed_before_it_signs_in(client: Client, mailbox: Mailbox) -> None:
    answer = client.auth.sign_up({"email": "eva@example.com", "password": PASSWORD})
    assert answer.session is None
    message = mailbox.latest("eva@example.com")
    assert (message.kind, len(message.code or "")) == ("confirmation", 8)
    with pytest.raises(AuthApiError) as error:
        client.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})
    assert error.value.code == "email_not_confirmed"
    assert message.link is not None
    location = urlsplit(httpx.get(message.link).headers["location"])
    assert location.netloc == "app.example.com"
    assert parse_qs(location.fragment)["type"] == ["signup"]
    client.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})


def test_who_signs_up_again_learns_nothing(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    mailbox.clear()
    again = client.auth.sign_up({"email": "eva@example.com", "password": PASSWORD})
    assert again.user is not None
    assert again.user.identities == []
    assert mailbox.messages() == ()


def test_a_confirmation_is_sent_again(client: Client, mailbox: Mailbox) -> None:
    client.auth.sign_up({"email": "eva@example.com", "password": PASSWORD})
    first = mailbox.latest("eva@example.com").code
    client.auth.resend({"type": "signup", "email": "eva@example.com"})
    second = mailbox.latest("eva@example.com").code
    assert second != first
    with pytest.raises(AuthApiError):
        client.auth.verify_otp({"email": "eva@example.com", "token": first, "type": "signup"})  # type: ignore[typeddict-item]
    client.auth.verify_otp({"email": "eva@example.com", "token": second, "type": "signup"})  # type: ignore[typeddict-item]


def test_a_link_for_pkce_ends_with_a_code(
    connect: Callable[[str], Client], mailbox: Mailbox
) -> None:
    client = connect("pkce")
    client.auth.sign_up({"email": "eva@example.com", "password": PASSWORD})
    link = mailbox.latest("eva@example.com").link
    assert link is not None
    (code,) = parse_qs(urlsplit(httpx.get(link).headers["location"]).query)["code"]
    answer = client.auth.exchange_code_for_session({"auth_code": code})  # type: ignore[typeddict-item]
    assert answer.user.email == "eva@example.com"


def test_somebody_without_a_name_gets_one_later(client: Client, mailbox: Mailbox) -> None:
    answer = client.auth.sign_in_anonymously()
    assert answer.session is not None
    token = claims(answer.session.access_token)
    assert (token["is_anonymous"], token["email"]) == (True, "")
    with pytest.raises(AuthApiError) as error:
        client.auth.update_user({"password": PASSWORD})
    assert error.value.code == "validation_failed"
    client.auth.update_user({"email": "eva@example.com"})
    code = mailbox.latest("eva@example.com").code
    changed = client.auth.verify_otp(
        {"email": "eva@example.com", "token": code, "type": "email_change"}  # type: ignore[typeddict-item]
    )
    assert changed.user is not None
    assert changed.session is not None
    assert claims(changed.session.access_token)["is_anonymous"] is False
    assert changed.user.app_metadata["providers"] == ["email"]
    client.auth.update_user({"password": PASSWORD})
    client.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})


def test_an_address_changes_when_both_have_agreed(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    pending = client.auth.update_user({"email": "new@example.com"})
    assert (pending.user.email, pending.user.new_email) == ("eva@example.com", "new@example.com")
    for address in ("eva@example.com", "new@example.com"):
        link = mailbox.latest(address).link
        assert link is not None
        httpx.get(link)
        now = client.auth.refresh_session().user
        assert now is not None
        assert now.email == address
    client.auth.sign_in_with_password({"email": "new@example.com", "password": PASSWORD})


@pytest.mark.parametrize(
    ("password", "reasons"),
    [("short1", ["length"]), ("no digits here", ["characters"]), ("?!", ["length", "characters"])],
)
def test_a_password_has_the_characters_that_are_asked_for(
    client: Client, password: str, reasons: list[str]
) -> None:
    with pytest.raises(AuthWeakPasswordError) as error:
        client.auth.sign_up({"email": "eva@example.com", "password": password})
    assert error.value.reasons == reasons


def test_an_old_session_changes_the_password_with_a_nonce_only(
    client: Client, mailbox: Mailbox, database: Connection[Any]
) -> None:
    confirmed(client, mailbox)
    database.execute("update auth.sessions set created_at = now() - interval '25 hours'")
    for change, code in (
        ({"password": "another h0rse"}, "reauthentication_needed"),
        ({"password": "another h0rse", "nonce": "00000000"}, "reauthentication_not_valid"),
    ):
        with pytest.raises(AuthApiError) as error:
            client.auth.update_user(change)  # type: ignore[arg-type]
        assert error.value.code == code
    client.auth.reauthenticate()
    nonce = mailbox.latest("eva@example.com").code
    client.auth.update_user({"password": "another h0rse", "nonce": nonce})  # type: ignore[typeddict-item]
    with pytest.raises(AuthApiError) as error:
        client.auth.update_user({"password": "third h0rse", "nonce": nonce})  # type: ignore[typeddict-item]
    assert error.value.code == "reauthentication_not_valid"


def test_a_message_has_the_words_of_the_project(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    client.auth.reset_password_for_email("eva@example.com")
    message = mailbox.latest("eva@example.com")
    assert message.subject == "Hello Eva"
    assert message.html == f"<b>{message.code}</b> {{{{ if .X }}}}https://app.example.com"


def test_a_link_leads_where_the_project_allows(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    for wanted, host in (
        ("https://one.preview.example.com/a/b", "one.preview.example.com"),
        ("https://one.two.preview.example.com/", "app.example.com"),
        ("https://preview.example.com.evil.example/", "app.example.com"),
    ):
        client.auth.reset_password_for_email("eva@example.com", {"redirect_to": wanted})
        link = mailbox.latest("eva@example.com").link
        assert link is not None
        assert urlsplit(httpx.get(link).headers["location"]).netloc == host


def test_tokens_are_signed_by_the_first_key(
    client: Client, mailbox: Mailbox, endpoint: Endpoint
) -> None:
    session = confirmed(client, mailbox).auth.get_session()
    assert session is not None
    header = jwt.get_unverified_header(session.access_token)
    assert (header["alg"], header["kid"]) == ("ES256", "first")
    (key,) = httpx.get(f"{endpoint.api_url}/auth/v1/.well-known/jwks.json").json()["keys"]
    assert "d" not in key
    token = jwt.decode(
        session.access_token, jwt.PyJWK(key), algorithms=["ES256"], audience="authenticated"
    )
    assert token["exp"] - token["iat"] == 600
    # The Data API believes it, and none that names the key without having it.
    rest = f"{endpoint.api_url}/rest/v1/"
    headers = {"apikey": endpoint.publishable_key}
    good = {**headers, "Authorization": f"Bearer {session.access_token}"}
    assert httpx.get(f"{rest}attempts", headers=good).status_code == 200
    forged = jwt.encode(token, "secret" * 8, algorithm="HS256", headers={"kid": "first"})
    bad = {**headers, "Authorization": f"Bearer {forged}"}
    assert httpx.get(f"{rest}attempts", headers=bad).status_code == 401
    assert httpx.get(f"{endpoint.api_url}/auth/v1/user", headers=bad).status_code == 403


def test_a_hook_refuses_users_and_another_adds_claims(client: Client, mailbox: Mailbox) -> None:
    with pytest.raises(AuthApiError) as error:
        client.auth.sign_up({"email": "eva@blocked.example.com", "password": PASSWORD})
    assert (error.value.status, error.value.message) == (403, "Not from there.")
    session = confirmed(client, mailbox).auth.get_session()
    assert session is not None
    assert claims(session.access_token)["tier"] == "otp"
    renewed = client.auth.refresh_session().session
    assert renewed is not None
    assert claims(renewed.access_token)["tier"] == "token_refresh"


def test_a_hook_counts_attempts_and_ends_them(
    client: Client, mailbox: Mailbox, database: Connection[Any]
) -> None:
    confirmed(client, mailbox)
    for words in ("Invalid login credentials", "Invalid login credentials", "Too many attempts."):
        with pytest.raises(AuthApiError, match=words):
            client.auth.sign_in_with_password({"email": "eva@example.com", "password": "wrong"})
    with pytest.raises(AuthApiError, match="Too many attempts"):
        client.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})
    assert database.execute("select count(*) from public.attempts").fetchone() == (4,)


def test_a_hook_that_fails_is_named_and_nobody_is_let_in(
    client: Client, mailbox: Mailbox, database: Connection[Any]
) -> None:
    confirmed(client, mailbox)
    database.execute("drop function public.add_claims(jsonb)")
    with pytest.raises(AuthApiError, match=r"pg-functions://public\.add_claims") as error:
        client.auth.sign_in_with_password({"email": "eva@example.com", "password": PASSWORD})
    assert error.value.status == 500


def test_a_number_gets_the_code_of_the_configuration(client: Client) -> None:
    client.auth.sign_in_with_otp({"phone": "+4152127777"})
    with pytest.raises(AuthApiError) as error:
        client.auth.verify_otp({"phone": "+4152127777", "token": "654321", "type": "sms"})
    assert error.value.code == "otp_expired"
    answer = client.auth.verify_otp({"phone": "+4152127777", "token": "123456", "type": "sms"})
    assert answer.user is not None
    assert answer.user.phone == "4152127777"
    with pytest.raises(AuthApiError, match="not part of this stack") as error:
        client.auth.sign_in_with_otp({"phone": "+4152127778"})
    assert error.value.code == "sms_send_failed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("created_at = now() - interval '25 hours'", "Session Expired$"),
        ("refreshed_at = now() - interval '61 minutes'", "Inactivity"),
    ],
)
def test_a_session_ends_by_its_age_or_its_rest(
    client: Client, mailbox: Mailbox, database: Connection[Any], change: str, words: str
) -> None:
    confirmed(client, mailbox)
    client.auth.refresh_session()
    database.execute(f"update auth.sessions set {change}".encode())
    with pytest.raises(AuthApiError, match=words) as error:
        client.auth.refresh_session()
    assert error.value.code == "session_expired"


def test_a_second_way_to_sign_in_is_taken_away(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    client.auth.update_user({"phone": "+4152127777"})
    client.auth.verify_otp({"phone": "+4152127777", "token": "123456", "type": "phone_change"})
    identities = client.auth.get_user_identities().identities  # type: ignore[union-attr]
    assert [one.provider for one in identities] == ["email", "phone"]
    client.auth.unlink_identity(identities[1])
    user = client.auth.get_user()
    assert user is not None
    assert (user.user.phone, user.user.app_metadata["providers"]) == ("", ["email"])
    with pytest.raises(AuthApiError) as error:
        client.auth.unlink_identity(identities[0])
    assert error.value.code == "single_identity_not_deletable"
