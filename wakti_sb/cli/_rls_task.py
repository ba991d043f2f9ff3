"""What a command of `wakti-sb rls` is about."""

from __future__ import annotations

from dataclasses import dataclass, replace

import click

from wakti_sb import conformance, spec
from wakti_sb.cli import _without
from wakti_sb.cli._output import note
from wakti_sb.errors import UsageError
from wakti_sb.stack import Target

MODEL = "wakti.toml"


@dataclass(frozen=True)
class Task:
    """What a command of this group is about.

    Parameters:
        target: a project that runs; where it names nothing one is made from the migrations.
        allow_data: go on although that database holds data.
    """

    target: Target
    allow_data: bool

    def model(self) -> spec.Spec:
        """The ownership model."""
        file = self.target.project / MODEL
        if not file.exists():
            raise UsageError(
                f"there is no {MODEL} here that says who owns what.",
                remedy="`wakti-sb rls init` proposes one.",
            )
        return conformance.with_exposed_schemas(spec.load(file), self.target.project)

    @property
    def guesses(self) -> int:
        """How many lines of the model a proposal has guessed and nobody has confirmed."""
        file = self.target.project / MODEL
        text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
        return text.count(f"{conformance.GUESS}:")

    def tell_guesses(self, words: str = "") -> None:
        """Say how many guesses are left, after `words`; nothing where there are none."""
        if count := self.guesses:
            what = "1 line" if count == 1 else f"{count} lines"
            are = "is still a guess" if count == 1 else "are still guesses"
            note(f"{words}{what} of {MODEL} {are}, for you to confirm.")

    def reduced(self, model: spec.Spec) -> spec.Spec:
        """The model without what the database lacks."""
        return conformance.leave_out(model, self.target.reasons())[0]


def keep_without(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> None:
    """The callback of --without: the target goes without these extensions."""
    task: Task = context.obj
    target = replace(task.target, without=_without.chosen(names))
    context.obj = replace(task, target=target)
