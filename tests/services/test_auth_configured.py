"""Auth with settings of its own in `supabase/config.toml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import psycopg
import pytest
from psycopg import Connection
from supabase import AuthApiError, Client, ClientOptions, create_client
from supabase_auth.errors import AuthWeakPasswordError

from wakti_sb.stack import EmbeddedStack, Mailbox
from wakti_sb.stack.endpoint import Endpoint

from .configured import PASSWORD, confirmed, write_configured
from .test_auth import claims


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("configured")
    write_configured(project)
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
    url = endpoint.database.replace("//postgres:", "//supabase_admin:")
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
    answer = client.auth.exchange_code_for_session({"auth_code": code})
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


def test_a_policy_tells_who_has_no_name_from_who_has(
    connect: Callable[..., Client], mailbox: Mailbox, database: Connection[Any]
) -> None:
    database.execute(
        "create table public.boards (id int);"
        "insert into public.boards values (1);"
        "alter table public.boards enable row level security;"
        "create policy named on public.boards to authenticated"
        "  using (not (select (auth.jwt() ->> 'is_anonymous')::boolean));"
        "grant select on public.boards to authenticated;"
    )
    first, second = connect(), connect()
    ids = {
        one.auth.sign_in_anonymously({"options": {"data": {"colour": "red"}}}).user.id
        for one in (first, second)
    }
    assert len(ids) == 2
    for _ in range(2):
        session = first.auth.refresh_session().session
        assert session is not None
        token = claims(session.access_token)
        assert (token["is_anonymous"], token["role"]) == (True, "authenticated")
        assert token["user_metadata"] == {"colour": "red"}
        assert [way["method"] for way in token["amr"]] == ["anonymous"]
        assert first.table("boards").select("*").execute().data == []
    assert confirmed(second, mailbox).table("boards").select("*").execute().data == [{"id": 1}]


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
    assert str(error.value.code) == "session_expired"  # newer than the client's list


def test_a_second_way_to_sign_in_is_taken_away(client: Client, mailbox: Mailbox) -> None:
    confirmed(client, mailbox)
    client.auth.update_user({"phone": "+4152127777"})
    client.auth.verify_otp({"phone": "+4152127777", "token": "123456", "type": "phone_change"})
    identities = client.auth.get_user_identities().identities
    assert [one.provider for one in identities] == ["email", "phone"]
    client.auth.unlink_identity(identities[1])
    user = client.auth.get_user()
    assert user is not None
    assert (user.user.phone, user.user.app_metadata["providers"]) == ("", ["email"])
    with pytest.raises(AuthApiError) as error:
        client.auth.unlink_identity(identities[0])
    assert error.value.code == "single_identity_not_deletable"
