"""What Auth refuses, in the words and shapes that the clients read."""

from __future__ import annotations

import httpx
import pytest
from supabase import AuthApiError, Client
from supabase_auth.errors import AuthWeakPasswordError

from wakti_sb.stack.endpoint import Endpoint

from .people import User, headers

NOT_SERVED = [
    ("GET", "/authorize?provider=github"),
    ("GET", "/callback"),
    ("POST", "/sso"),
    ("POST", "/saml/acs"),
    ("GET", "/sso/saml/metadata"),
    ("POST", "/oauth/token"),
    ("POST", "/passkeys/authentication/options"),
    ("POST", "/token?grant_type=id_token"),
    ("POST", "/token?grant_type=web3"),
    ("GET", "/admin/sso/providers"),
    ("GET", "/admin/oauth/clients"),
    ("GET", "/admin/audit"),
]


@pytest.mark.parametrize(("method", "path"), NOT_SERVED)
def test_what_is_not_served_says_so(
    http: httpx.Client, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = http.request(
        method, f"/auth/v1{path}", headers={"apikey": endpoint.secret_key}, json={}
    )
    assert 400 <= answer.status_code < 500
    assert "not part of this stack" in answer.json()["msg"]
    assert answer.json()["error_code"] == answer.headers["x-sb-error-code"]


def test_a_weak_password_has_its_reasons_wherever_it_is_given(
    visitor: Client, service: Client, ada: User
) -> None:
    for attempt in (
        lambda: visitor.auth.sign_up({"email": "eva@example.com", "password": "abc"}),
        lambda: service.auth.admin.create_user({"email": "eva@example.com", "password": "abc"}),
        lambda: service.auth.admin.update_user_by_id(ada.id, {"password": "abc"}),
        lambda: ada.client.auth.update_user({"password": "abc"}),
    ):
        with pytest.raises(AuthWeakPasswordError) as error:
            attempt()
        assert error.value.reasons == ["length"]


def test_an_error_has_the_shape_of_the_version_that_the_client_speaks(
    http: httpx.Client, endpoint: Endpoint
) -> None:
    body = {"email": "nobody@example.com", "password": "wrong horse"}
    path = "/auth/v1/token?grant_type=password"
    old = http.post(path, headers=headers(endpoint), json=body)
    assert old.json() == {
        "code": 400,
        "error_code": "invalid_credentials",
        "msg": "Invalid login credentials",
    }
    version = {"x-supabase-api-version": "2024-01-01"}
    new = http.post(path, headers=headers(endpoint, **version), json=body)
    assert new.json() == {"code": "invalid_credentials", "message": "Invalid login credentials"}
    assert new.headers["x-supabase-api-version"] == "2024-01-01"
    assert "X-Supabase-Api-Version" in new.headers["access-control-expose-headers"]
    forwarded = {"x-forwarded-for": "999.9.9.9, nonsense", **version}
    assert http.post(path, headers=headers(endpoint, **forwarded), json=body).json() == new.json()


def test_anonymous_sign_in_is_off_until_it_is_switched_on(visitor: Client) -> None:
    with pytest.raises(AuthApiError) as error:
        visitor.auth.sign_in_anonymously()
    assert (error.value.status, error.value.code) == (422, "anonymous_provider_disabled")


def test_phones_are_off_until_they_are_switched_on(visitor: Client) -> None:
    for attempt in (
        lambda: visitor.auth.sign_up({"phone": "+491234567", "password": "correct horse"}),
        lambda: visitor.auth.sign_in_with_otp({"phone": "+491234567"}),
    ):
        with pytest.raises(AuthApiError) as error:
            attempt()
        assert error.value.code == "phone_provider_disabled"


def test_a_banned_user_is_out_at_once(ada: User, service: Client) -> None:
    service.auth.admin.update_user_by_id(ada.id, {"ban_duration": "1h"})
    for attempt in (
        lambda: ada.client.auth.get_user(),
        lambda: ada.client.auth.refresh_session(),
        lambda: ada.client.auth.sign_in_with_password(
            {"email": ada.email, "password": "correct horse"}
        ),
    ):
        with pytest.raises(AuthApiError) as error:
            attempt()
        assert error.value.code == "user_banned"


def test_a_soft_deleted_user_has_no_session(ada: User, service: Client) -> None:
    service.auth.admin.delete_user(ada.id, should_soft_delete=True)
    with pytest.raises(AuthApiError) as error:
        ada.client.auth.refresh_session()
    assert error.value.status == 400
    with pytest.raises(AuthApiError):
        ada.client.auth.get_user(ada.token)


def test_a_user_cannot_make_itself_more_than_it_is(
    http: httpx.Client, clean: Endpoint, ada: User
) -> None:
    answer = http.put(
        "/auth/v1/user",
        headers=headers(clean, Authorization=f"Bearer {ada.token}"),
        json={"app_metadata": {"role": "admin"}, "role": "service_role"},
    )
    assert (answer.status_code, answer.json()["error_code"]) == (403, "not_admin")
    http.put(
        "/auth/v1/user",
        headers=headers(clean, Authorization=f"Bearer {ada.token}"),
        json={"role": "service_role"},
    )
    user = ada.client.auth.get_user(ada.token)
    assert user is not None
    assert user.user.role == "authenticated"


def test_the_last_way_to_sign_in_stays(http: httpx.Client, clean: Endpoint, ada: User) -> None:
    identities = ada.client.auth.get_user_identities()
    assert [one.provider for one in identities.identities] == ["email"]
    answer = http.delete(
        f"/auth/v1/user/identities/{ada.id}",
        headers=headers(clean, Authorization=f"Bearer {ada.token}"),
    )
    assert answer.json()["error_code"] == "manual_linking_disabled"


@pytest.mark.parametrize("service_name", ["realtime", "graphql"])
def test_a_service_that_is_not_there_says_so(
    http: httpx.Client, endpoint: Endpoint, service_name: str
) -> None:
    answer = http.post(f"/{service_name}/v1/api/broadcast", headers=headers(endpoint), json={})
    assert answer.status_code == 501
    assert "not part of this stack" in answer.json()["message"]
