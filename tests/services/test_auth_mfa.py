"""A second factor: enrolled, challenged, verified, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from psycopg import Connection
from supabase import AuthApiError, Client

from wakti_sb.stack.endpoint import Endpoint

from . import totp
from .people import User, headers
from .test_auth import PASSWORD, claims


def enroll(user: User, name: str = "phone") -> tuple[str, str]:
    """The id and the secret of a new factor."""
    made = user.client.auth.mfa.enroll({"factor_type": "totp", "friendly_name": name})
    assert made.totp is not None
    assert made.totp.uri.startswith("otpauth://totp/")
    assert "<svg" in made.totp.qr_code
    return made.id, made.totp.secret


def verify(user: User, factor: str, code: str) -> dict[str, Any]:
    """The claims of the session after a code was given."""
    made = user.client.auth.mfa.challenge({"factor_id": factor})
    answer = user.client.auth.mfa.verify(
        {"factor_id": factor, "challenge_id": made.id, "code": code}
    )
    return claims(answer.access_token)


def test_a_code_lifts_the_session_to_the_second_level(ada: User) -> None:
    factor, secret = enroll(ada)
    assert claims(ada.token)["aal"] == "aal1"
    token = verify(ada, factor, totp.code(secret))
    assert token["aal"] == "aal2"
    assert [one["method"] for one in token["amr"]] == ["totp", "password"]
    renewed = ada.client.auth.refresh_session().session
    assert renewed is not None
    assert claims(renewed.access_token)["aal"] == "aal2"
    user = ada.client.auth.get_user()
    assert user is not None
    assert [one.status for one in user.user.factors or []] == ["verified"]


def test_a_wrong_code_lifts_nothing(ada: User) -> None:
    factor, secret = enroll(ada)
    wrong = str((int(totp.code(secret)) + 1) % 1_000_000).zfill(6)
    with pytest.raises(AuthApiError) as error:
        verify(ada, factor, wrong)
    assert (error.value.status, error.value.code) == (422, "mfa_verification_failed")
    levels = ada.client.auth.mfa.get_authenticator_assurance_level()
    assert levels.current_level == "aal1"


def test_a_challenge_is_answered_once_and_in_time(ada: User, superuser: Connection[Any]) -> None:
    factor, secret = enroll(ada)
    made = ada.client.auth.mfa.challenge({"factor_id": factor})
    answer: Any = {"factor_id": factor, "challenge_id": made.id, "code": totp.code(secret)}
    ada.client.auth.mfa.verify(answer)
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.mfa.verify(answer)
    assert error.value.code == "mfa_ip_address_mismatch"
    late = ada.client.auth.mfa.challenge({"factor_id": factor})
    superuser.execute("update auth.mfa_challenges set created_at = now() - interval '301 seconds'")
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.mfa.verify(answer | {"challenge_id": late.id})
    assert error.value.code == "mfa_challenge_expired"


def test_who_has_a_second_factor_changes_nothing_without_it(
    ada: User, connect: Callable[[str], Client], clean: Endpoint
) -> None:
    factor, secret = enroll(ada)
    verify(ada, factor, totp.code(secret))
    client = connect(clean.publishable_key)
    answer = client.auth.sign_in_with_password({"email": ada.email, "password": PASSWORD})
    assert answer.session is not None
    again = User(ada.id, ada.email, answer.session.access_token, client)
    for change in ({"password": "another horse"}, {"email": "new@example.com"}):
        with pytest.raises(AuthApiError) as error:
            client.auth.update_user(change)  # type: ignore[arg-type]
        assert (error.value.status, error.value.code) == (401, "insufficient_aal")
    with pytest.raises(AuthApiError) as error:
        enroll(again, "tablet")
    assert error.value.code == "insufficient_aal"
    with pytest.raises(AuthApiError) as error:
        client.auth.mfa.unenroll({"factor_id": factor})
    assert error.value.code == "insufficient_aal"
    client.auth.update_user({"data": {"name": "Ada"}})


def test_a_factor_goes_and_the_session_falls_back(ada: User) -> None:
    factor, secret = enroll(ada)
    verify(ada, factor, totp.code(secret))
    ada.client.auth.mfa.unenroll({"factor_id": factor})
    renewed = ada.client.auth.refresh_session().session
    assert renewed is not None
    assert claims(renewed.access_token)["aal"] == "aal1"


def test_a_factor_is_its_users_alone(ada: User, bob: User) -> None:
    factor, _ = enroll(ada)
    with pytest.raises(AuthApiError) as error:
        bob.client.auth.mfa.challenge({"factor_id": factor})
    assert (error.value.status, error.value.code) == (404, "mfa_factor_not_found")


def test_a_name_is_used_once(ada: User) -> None:
    enroll(ada)
    with pytest.raises(AuthApiError) as error:
        enroll(ada)
    assert error.value.code == "mfa_factor_name_conflict"


def test_an_administrator_lists_and_removes_factors(
    ada: User, http: httpx.Client, clean: Endpoint
) -> None:
    factor, _ = enroll(ada)
    path = f"/auth/v1/admin/users/{ada.id}/factors"
    secret = {"apikey": clean.secret_key}
    assert [one["id"] for one in http.get(path, headers=secret).json()] == [factor]
    assert http.delete(f"{path}/{factor}", headers=secret).status_code == 200
    assert http.get(path, headers=secret).json() == []
    assert http.delete(f"{path}/{factor}", headers=secret).status_code == 404


@pytest.mark.parametrize("kind", ["phone", "webauthn", "strange"])
def test_other_factors_are_refused_in_one_answer(
    http: httpx.Client, clean: Endpoint, ada: User, kind: str
) -> None:
    answer = http.post(
        "/auth/v1/factors",
        headers=headers(clean, Authorization=f"Bearer {ada.token}"),
        json={"factor_type": kind, "friendly_name": "x"},
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["error_code"]
