"""`[auth]` of `supabase/config.toml`, read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from wakti_sb.errors import SpecError
from wakti_sb.stack.auth_config import read


def test_what_is_not_said_is_left_to_the_defaults(tmp_path: Path) -> None:
    assert read({}, tmp_path).settings == {}


def test_values_arrive_as_auth_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", "https://app.example.com")
    text = """
        site_url = "env(SITE)"
        password_requirements = "lower_upper_letters_digits"
        [email]
        max_frequency = "1m30s"
        [sms.test_otp]
        "+49 123" = "111111"
        [hook.custom_access_token]
        enabled = true
        uri = "pg-functions://postgres/public/claims"
        [hook.before_user_created]
        enabled = false
        uri = "pg-functions://postgres/public/welcome"
        [sessions]
        timebox = "0s"
    """
    settings = read(tomllib.loads(text), tmp_path).settings
    assert settings["siteUrl"] == "https://app.example.com"
    assert settings["maxFrequency"] == 90
    assert settings["testOtps"] == {"49123": "111111"}
    assert settings["hooks"] == {"custom_access_token": "public.claims"}
    assert settings["timebox"] is None
    assert len(settings["passwordCharacters"]) == 3  # type: ignore[arg-type]


def test_what_nothing_obeys_is_named_and_what_is_off_is_not(tmp_path: Path) -> None:
    text = """
        [rate_limit]
        email_sent = 2
        [captcha]
        enabled = true
        provider = "hcaptcha"
        [external.apple]
        enabled = false
        client_id = "x"
        [mfa.phone]
        enroll_enabled = false
        verify_enabled = true
        [hook.send_sms]
        enabled = true
        uri = "http://127.0.0.1:54321/functions/v1/sms"
    """
    assert read(tomllib.loads(text), tmp_path).ignored == (
        "auth.rate_limit.email_sent",
        "auth.captcha.enabled",
        "auth.captcha.provider",
        "auth.mfa.phone.verify_enabled",
        "auth.hook.send_sms.uri",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("jwt_expiry = true", r"\[auth\] jwt_expiry = True is not a number from 1 to 604800"),
        ("jwt_expiry = 0", r"jwt_expiry = 0 is not a number"),
        ("site_url = 'nowhere'", r"site_url = 'nowhere' is not an address"),
        ("email.max_frequency = '1 minute'", r"\[auth.email\] max_frequency .* not a duration"),
        ("email.otp_length = 5", r"otp_length = 5 is not a number from 6 to 10"),
        ("password_requirements = 'hard'", r"password_requirements = 'hard' is not one of"),
        ("signing_keys_path = './none.json'", r"signing_keys_path .*: there is no such file"),
        ("additional_redirect_urls = 'a'", r"is not a list of texts"),
        ("email.template.invite.content_path = 'none.html'", r"there is no such file"),
    ],
)
def test_a_wrong_value_is_one_clear_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        read(tomllib.loads(text), tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", "[5]", '[{"kty": "strange"}]'])
def test_keys_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(SpecError, match="signing_keys_path"):
        read({"signing_keys_path": "keys.json"}, tmp_path)


def test_messages_too_long_to_travel_are_refused(tmp_path: Path) -> None:
    (tmp_path / "long.html").write_text("x" * 100_001)
    with pytest.raises(SpecError, match=r"take 1000\d\d bytes"):
        read({"email": {"template": {"invite": {"content_path": "long.html"}}}}, tmp_path)
