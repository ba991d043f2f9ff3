"""`wakti-sb mail`: what the local stack would have sent."""

from __future__ import annotations

import json
from pathlib import Path

from supabase import Client

from tests.command_line import assert_one_clear_sentence, wakti
from wakti_sb.stack import EmbeddedStack

from .people import User


def test_the_mail_is_shown_for_people_and_for_programs(
    stack: EmbeddedStack, visitor: Client, ada: User
) -> None:
    nothing = wakti("mail", ada.email, cwd=stack.project)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    visitor.auth.sign_in_with_otp({"email": ada.email})
    (message,) = json.loads(wakti("mail", ada.email, "--json", cwd=stack.project).stdout)
    shown = wakti("mail", cwd=stack.project).stdout
    assert message["code"] in shown
    assert message["link"] in shown
    assert wakti("mail", "--clear", cwd=stack.project).returncode == 0
    assert json.loads(wakti("mail", "--json", cwd=stack.project).stdout) == []


def test_without_a_stack_there_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "supabase" / "migrations").mkdir(parents=True)
    assert_one_clear_sentence(wakti("mail", cwd=tmp_path))
