"""Codes and links: caught as mail, generated, verified, once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from psycopg import Connection
from supabase import AuthApiError, Client

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers


def mail(http: httpx.Client, to: str) -> list[dict[str, Any]]:
    """What was caught for an address, the newest first."""
    answer = http.get("/_wakti/mail", params={"to": to})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


def session_of(answer: httpx.Response) -> dict[str, list[str]]:
    """What a clicked link says to the site."""
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).fragment)


def test_a_code_signs_in_whoever_is_not_known_yet(visitor: Client, http: httpx.Client) -> None:
    visitor.auth.sign_in_with_otp({"email": "eva@example.com"})
    (message,) = mail(http, "eva@example.com")
    assert message["kind"] == "magic_link"
    answer = visitor.auth.verify_otp(
        {"email": "eva@example.com", "token": message["code"], "type": "email"}
    )
    assert answer.session is not None
    assert answer.user is not None
    assert answer.user.email == "eva@example.com"


def test_a_code_is_good_once_and_for_its_address(
    visitor: Client, http: httpx.Client, ada: User, bob: User
) -> None:
    visitor.auth.sign_in_with_otp({"email": ada.email})
    code = mail(http, ada.email)[0]["code"]
    for email, token in ((bob.email, code), (ada.email, "000000" if code != "000000" else "1")):
        with pytest.raises(AuthApiError) as error:
            visitor.auth.verify_otp({"email": email, "token": token, "type": "email"})
        assert (error.value.status, error.value.code) == (403, "otp_expired")
    visitor.auth.verify_otp({"email": ada.email, "token": code, "type": "email"})
    with pytest.raises(AuthApiError) as error:
        visitor.auth.verify_otp({"email": ada.email, "token": code, "type": "email"})
    assert error.value.code == "otp_expired"


def test_a_code_grows_old(
    visitor: Client, http: httpx.Client, ada: User, superuser: Connection[Any]
) -> None:
    visitor.auth.sign_in_with_otp({"email": ada.email})
    code = mail(http, ada.email)[0]["code"]
    superuser.execute("update auth.users set recovery_sent_at = now() - interval '61 minutes'")
    with pytest.raises(AuthApiError) as error:
        visitor.auth.verify_otp({"email": ada.email, "token": code, "type": "email"})
    assert error.value.code == "otp_expired"


def test_who_is_not_known_is_not_registered_where_that_is_not_wanted(visitor: Client) -> None:
    with pytest.raises(AuthApiError) as error:
        visitor.auth.sign_in_with_otp(
            {"email": "eva@example.com", "options": {"should_create_user": False}}
        )
    assert (error.value.status, error.value.code) == (422, "otp_disabled")


def test_a_forgotten_password_is_replaced(visitor: Client, http: httpx.Client, ada: User) -> None:
    visitor.auth.reset_password_for_email(ada.email)
    link = mail(http, ada.email)[0]["link"]
    location = urlsplit(httpx.get(link).headers["location"])
    # This client speaks PKCE: the code is worth something to it alone.
    (code,) = parse_qs(location.query)["code"]
    assert visitor.auth.exchange_code_for_session({"auth_code": code}).user is not None
    visitor.auth.update_user({"password": "another horse"})
    visitor.auth.sign_in_with_password({"email": ada.email, "password": "another horse"})


def test_a_code_for_pkce_is_worth_nothing_to_another_client(
    visitor: Client, http: httpx.Client, clean: Endpoint, ada: User
) -> None:
    visitor.auth.reset_password_for_email(ada.email)
    location = urlsplit(httpx.get(mail(http, ada.email)[0]["link"]).headers["location"])
    (code,) = parse_qs(location.query)["code"]
    for verifier, refused in (("x" * 50, "bad_code_verifier"), ("", "validation_failed")):
        answer = http.post(
            "/auth/v1/token?grant_type=pkce",
            headers=headers(clean),
            json={"auth_code": code, "code_verifier": verifier},
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, refused)


def test_a_link_without_pkce_brings_a_session(ada: User, service: Client) -> None:
    made = service.auth.admin.generate_link({"type": "recovery", "email": ada.email})
    said = session_of(httpx.get(made.properties.action_link))
    assert said["type"] == ["recovery"]
    answer = service.auth.get_user(said["access_token"][0])
    assert answer is not None
    assert answer.user.id == ada.id


def test_nobody_learns_who_has_an_account(visitor: Client, http: httpx.Client) -> None:
    visitor.auth.reset_password_for_email("nobody@example.com")
    assert mail(http, "nobody@example.com") == []


def test_a_link_leads_only_where_it_may(ada: User, service: Client) -> None:
    for wanted, leads_to in (
        ("http://127.0.0.1:8080/welcome", "http://127.0.0.1:8080/welcome"),
        ("https://evil.example.com/", "http://127.0.0.1:3000"),
        ("javascript:alert(1)", "http://127.0.0.1:3000"),
    ):
        made = service.auth.admin.generate_link(
            {"type": "magiclink", "email": ada.email, "options": {"redirect_to": wanted}}
        )
        assert made.properties.redirect_to == leads_to
        location = httpx.get(made.properties.action_link).headers["location"]
        assert location.startswith(leads_to)


def test_a_link_that_was_used_says_so_to_the_site(ada: User, service: Client) -> None:
    made = service.auth.admin.generate_link({"type": "magiclink", "email": ada.email})
    assert "access_token" in session_of(httpx.get(made.properties.action_link))
    said = session_of(httpx.get(made.properties.action_link))
    assert said["error_code"] == ["otp_expired"]
    assert said["error"] == ["access_denied"]


@pytest.mark.parametrize("kind", ["signup", "invite", "magiclink", "recovery"])
def test_a_generated_link_can_be_verified_by_its_hash(
    service: Client, visitor: Client, sign_up: Any, kind: Any
) -> None:
    email = "eva@example.com"
    if kind == "recovery":
        sign_up(email)
    params: dict[str, Any] = {"type": kind, "email": email}
    if kind == "signup":
        params["password"] = "correct horse"
    made = service.auth.admin.generate_link(params)  # type: ignore[arg-type]
    assert made.properties.email_otp.isdigit()
    answer = visitor.auth.verify_otp(
        {"token_hash": made.properties.hashed_token, "type": made.properties.verification_type}  # type: ignore[typeddict-item]
    )
    assert answer.user is not None
    assert answer.user.email == email
    assert answer.user.email_confirmed_at is not None


@pytest.mark.parametrize("kind", ["email_change_current", "email_change_new"])
def test_a_generated_link_changes_an_address(service: Client, ada: User, kind: Any) -> None:
    params: Any = {"type": kind, "email": ada.email, "new_email": "new@example.com"}
    made = service.auth.admin.generate_link(params)
    assert "type=email_change" in made.properties.action_link
    httpx.get(made.properties.action_link)
    assert service.auth.admin.get_user_by_id(ada.id).user.email == "new@example.com"


def test_a_user_whom_sql_has_made_signs_in(visitor: Client, sql: Connection[Any]) -> None:
    sql.execute(
        """
        insert into auth.users
          (id, aud, role, email, encrypted_password, email_confirmed_at)
        values (
          gen_random_uuid(), 'authenticated', 'authenticated', 'seed@example.com',
          extensions.crypt('correct horse', extensions.gen_salt('bf')), now()
        );
        insert into auth.identities (provider, provider_id, user_id, identity_data)
        select 'email', id::text, id, jsonb_build_object('sub', id, 'email', email)
        from auth.users
        """
    )
    credentials: Any = {"email": "seed@example.com", "password": "correct horse"}
    assert visitor.auth.sign_in_with_password(credentials).session is not None


def test_an_invited_user_arrives(service: Client, visitor: Client, http: httpx.Client) -> None:
    invited = service.auth.admin.invite_user_by_email("eva@example.com", {"data": {"team": "blue"}})
    assert invited.user.invited_at is not None
    assert invited.user.user_metadata == {"team": "blue"}
    message = mail(http, "eva@example.com")[0]
    assert message["kind"] == "invite"
    answer = visitor.auth.verify_otp(
        {"email": "eva@example.com", "token": message["code"], "type": "invite"}
    )
    assert answer.session is not None
    with pytest.raises(AuthApiError) as error:
        service.auth.admin.invite_user_by_email("eva@example.com")
    assert error.value.code == "email_exists"


def test_only_an_administrator_invites(http: httpx.Client, clean: Endpoint, ada: User) -> None:
    answer = http.post(
        "/auth/v1/invite",
        headers=headers(clean, Authorization=f"Bearer {ada.token}"),
        json={"email": "eva@example.com"},
    )
    assert (answer.status_code, answer.json()["error_code"]) == (403, "not_admin")


def test_messages_are_not_sent_one_upon_another(
    http: httpx.Client, clean: Endpoint, ada: User
) -> None:
    def recover() -> httpx.Response:
        return http.post("/auth/v1/recover", headers=headers(clean), json={"email": ada.email})

    assert recover().status_code == 200
    answer = recover()
    assert (answer.status_code, answer.json()["error_code"]) == (429, "over_email_send_rate_limit")


def test_a_nonce_is_sent_to_whom_is_signed_in(ada: User, http: httpx.Client) -> None:
    ada.client.auth.reauthenticate()
    message = mail(http, ada.email)[0]
    assert (message["kind"], message["link"]) == ("reauthentication", None)
    assert message["code"].isdigit()


def test_the_mail_is_a_page_for_people(http: httpx.Client, visitor: Client, ada: User) -> None:
    visitor.auth.sign_in_with_otp({"email": ada.email})
    page = http.get("/_wakti/mail", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert ada.email in page.text
    assert "script" not in page.headers["content-security-policy"]


def test_a_page_that_somebody_visits_cannot_read_the_mail(http: httpx.Client) -> None:
    for strange in ({"host": "evil.example.com"}, {"origin": "https://evil.example.com"}):
        answer = http.get("/_wakti/mail", headers=strange)
        assert answer.status_code == 403
    assert http.post("/_wakti/mail").status_code == 405


def test_mail_can_be_thrown_away(http: httpx.Client, visitor: Client, ada: User) -> None:
    visitor.auth.sign_in_with_otp({"email": ada.email})
    assert http.delete("/_wakti/mail").status_code == 204
    assert mail(http, ada.email) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "email"},
        {"type": "email", "token": "123456"},
        {"type": "email", "token": "123456", "token_hash": "a"},
        {"type": "strange", "token_hash": "a"},
        {"type": "email", "token_hash": "a", "email": "a@example.com"},
        {"type": "email", "email": "a@example.com", "phone": "4912345", "token": "1"},
    ],
)
def test_a_request_to_verify_that_says_too_little_or_too_much_is_refused(
    http: httpx.Client, endpoint: Endpoint, body: dict[str, str]
) -> None:
    answer = http.post("/auth/v1/verify", headers=headers(endpoint), json=body)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "validation_failed"
