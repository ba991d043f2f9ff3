"""`[auth]` of `supabase/config.toml`: what the local Auth obeys, and what it has no part for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wakti_sb.errors import SpecError

FILE = Path("supabase") / "config.toml"
_LONGEST = 100_000  # bytes of all settings, messages included: they travel in the environment


@dataclass(frozen=True)
class AuthConfig:
    """Settings of the local Auth.

    Parameters:
        settings: by the names of `services/auth/settings.ts`; its defaults for what is missing.
        ignored: keys below `[auth]` that nothing here obeys, e.g. `auth.captcha.enabled`.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def read(table: Mapping[str, Any], project: Path) -> AuthConfig:
    """The settings in `table`, which is `[auth]` of the project in `project`.

    Raise SpecError if a value has the wrong type, or names a file that cannot be read.
    """
    settings: dict[str, Any] = {}
    ignored = []
    reader = _Reader(project, settings)
    for key, value in _flatten(table):
        if not reader.take(key, value) and value is not False:
            ignored.append(f"auth.{key}")
    size = len(json.dumps(settings).encode())
    if size > _LONGEST:
        raise SpecError(
            f"[auth] and its messages take {size} bytes; the local stack takes {_LONGEST}.",
            place=str(FILE),
        )
    return AuthConfig(settings, tuple(ignored))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with the path to it; a list and `[auth.sms.test_otp]` are one value.

    A section that is switched off asks for nothing.
    """
    if prefix and table.get("enabled") is False:
        return
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path != "sms.test_otp":
            yield from _flatten(value, f"{path}.")
        else:
            yield path, value


_LOWER = "abcdefghijklmnopqrstuvwxyz"
_UPPER = _LOWER.upper()
_DIGITS = "0123456789"
_SYMBOLS = "!@#$%^&*()_+-=[]{};'\\:\"|<>?,./`~"
_REQUIREMENTS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "letters_digits": (_LOWER + _UPPER, _DIGITS),
    "lower_upper_letters_digits": (_LOWER, _UPPER, _DIGITS),
    "lower_upper_letters_digits_symbols": (_LOWER, _UPPER, _DIGITS, _SYMBOLS),
}
_MESSAGES = ("confirmation", "invite", "recovery", "magic_link", "email_change", "reauthentication")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


class _Reader:
    """Fills settings, a key at a time."""

    def __init__(self, project: Path, settings: dict[str, Any]) -> None:
        self._project = project
        self._settings = settings
        self._hooks: dict[str, dict[str, Any]] = {}

    def take(self, key: str, value: Any) -> bool:
        """Obey one key; False if there is nothing here that could."""
        if isinstance(value, str):
            value = _from_environment(value)
        if key in _PLAIN:
            name, check = _PLAIN[key]
            self._settings[name] = check(key, value)
            return True
        match key.split("."):
            case ["enabled"]:
                return bool(value)
            case ["password_requirements"]:
                self._settings["passwordCharacters"] = _characters(key, value)
            case ["signing_keys_path"]:
                self._settings["signingKeys"] = self._signing_keys(key, value)
            case ["email", "template", name, "subject" | "content_path" as what]:
                return self._template(name, what, key, value)
            case ["hook", name, "enabled" | "uri" as what]:
                return self._hook(name, what, key, value)
            case _:
                return False
        return True

    def _template(self, name: str, what: str, key: str, value: Any) -> bool:
        if name not in _MESSAGES:
            return False
        template = self._settings.setdefault("templates", {}).setdefault(name, {})
        if what == "subject":
            template["subject"] = _text(key, value)
        else:
            template["body"] = self._file(key, value)
        return True

    def _hook(self, name: str, what: str, key: str, value: Any) -> bool:
        hook = self._hooks.setdefault(name, {})
        hook[what] = _flag(key, value) if what == "enabled" else _text(key, value)
        uri = hook.get("uri")
        if not hook.get("enabled", False) or uri is None:
            return True  # nothing to obey yet: either key may come first
        function = re.fullmatch(r"pg-functions://[^/]+/([^/]+)/([^/?]+)/?", uri)
        if function is not None:
            self._settings.setdefault("hooks", {})[name] = ".".join(function.groups())
        elif name in ("send_email", "send_sms"):
            return False  # what it would send is caught here
        else:
            self._settings.setdefault("hooks", {})[name] = uri  # refused when it is wanted
        return True

    def _file(self, key: str, value: Any) -> str:
        """The text of a file, named from `supabase/` or from the project."""
        path = Path(_text(key, value))
        tried = [self._project / "supabase" / path, self._project / path]
        for file in tried:
            try:
                return file.read_text("utf-8")
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise SpecError(
                    f"{_named(key)} cannot be read: {error}", place=str(FILE)
                ) from error
        raise SpecError(f"{_named(key)} = {value!r}: there is no such file.", place=str(FILE))

    def _signing_keys(self, key: str, value: Any) -> list[dict[str, Any]]:
        try:
            keys = json.loads(self._file(key, value))
        except ValueError as error:
            raise SpecError(f"{_named(key)} = {value!r} is not JSON.", place=str(FILE)) from error
        good = isinstance(keys, list) and all(
            isinstance(one, dict) and one.get("kty") in ("EC", "RSA", "oct", "OKP") for one in keys
        )
        if not good:
            raise SpecError(
                f"{_named(key)} = {value!r} is not a list of JSON Web Keys.", place=str(FILE)
            )
        return list(keys)


def _from_environment(text: str) -> str:
    """What `env(NAME)` stands for; a variable that is not set leaves it as it is."""
    match = re.fullmatch(r"env\((\w+)\)", text.strip())
    return os.environ.get(match[1], text) if match else text


def _named(key: str) -> str:
    section, _, name = f"auth.{key}".rpartition(".")
    return f"[{section}] {name}"


def _wrong(key: str, value: Any, wanted: str) -> SpecError:
    return SpecError(f"{_named(key)} = {value!r} is not {wanted}.", place=str(FILE))


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(key, value, "a text")
    return value


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, value, "true or false")
    return value


def _number(least: int, most: int) -> Callable[[str, Any], int]:
    def check(key: str, value: Any) -> int:
        # bool is a kind of int in Python, but `otp_length = true` is a mistake.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _wrong(key, value, f"a number from {least} to {most}")
        return value

    return check


def _texts(key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(key, value, "a list of texts")
    return [_from_environment(one) for one in value]


def _seconds(key: str, value: Any) -> float:
    """Seconds of a duration such as `1h30m`; a plain number is nanoseconds to the CLI, but 0."""
    if value == 0 and not isinstance(value, bool):
        return 0.0
    if not isinstance(value, str) or not re.fullmatch(r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+", value):
        raise _wrong(key, value, "a duration such as 1h30m")
    parts = re.findall(r"([\d.]+)(ns|us|µs|ms|s|m|h)", value)
    return float(sum(float(number) * _UNITS[unit] for number, unit in parts))


def _lifetime(key: str, value: Any) -> float | None:
    return _seconds(key, value) or None


def _address(key: str, value: Any) -> str:
    text = _text(key, value)
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.+", text):
        raise _wrong(key, value, "an address such as http://127.0.0.1:3000")
    return text


def _codes(key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _wrong(key, value, "a table of numbers and their codes")
    return {number.lstrip("+").replace(" ", ""): code for number, code in value.items()}


def _characters(key: str, value: Any) -> list[str]:
    if not isinstance(value, str) or value not in _REQUIREMENTS:
        raise _wrong(key, value, "one of " + ", ".join(repr(one) for one in _REQUIREMENTS))
    return list(_REQUIREMENTS[value])


_PLAIN: Mapping[str, tuple[str, Callable[[str, Any], Any]]] = {
    "site_url": ("siteUrl", _address),
    "additional_redirect_urls": ("redirectUrls", _texts),
    "jwt_issuer": ("issuer", _text),
    "jwt_expiry": ("jwtExpiry", _number(1, 604_800)),
    "enable_refresh_token_rotation": ("rotateRefreshTokens", _flag),
    "refresh_token_reuse_interval": ("reuseInterval", _number(0, 86_400)),
    "enable_signup": ("signup", _flag),
    "enable_anonymous_sign_ins": ("anonymous", _flag),
    "enable_manual_linking": ("manualLinking", _flag),
    "minimum_password_length": ("passwordLength", _number(0, 72)),
    "email.enable_signup": ("emailSignup", _flag),
    "email.enable_confirmations": ("emailConfirmations", _flag),
    "email.double_confirm_changes": ("doubleConfirm", _flag),
    "email.secure_password_change": ("securePasswordChange", _flag),
    "email.max_frequency": ("maxFrequency", _seconds),
    "email.otp_length": ("otpLength", _number(6, 10)),
    "email.otp_expiry": ("otpExpiry", _number(1, 86_400)),
    "sms.enable_signup": ("smsSignup", _flag),
    "sms.enable_confirmations": ("smsConfirmations", _flag),
    "sms.test_otp": ("testOtps", _codes),
    "sessions.timebox": ("timebox", _lifetime),
    "sessions.inactivity_timeout": ("inactivityTimeout", _lifetime),
    "mfa.max_enrolled_factors": ("mostFactors", _number(0, 100)),
    "mfa.totp.enroll_enabled": ("totpEnroll", _flag),
    "mfa.totp.verify_enabled": ("totpVerify", _flag),
}
