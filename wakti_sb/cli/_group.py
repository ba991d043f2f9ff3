"""Groups of commands that know what was meant."""

from __future__ import annotations

import difflib
from typing import Any

import click


class Group(click.Group):
    """A group that suggests a command for one that is not there."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click's own, with a suggestion where it finds nothing."""
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            alike = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            meant = f" Did you mean {alike[0]!r}?" if alike else ""
            ctx.fail(f"No such command {name!r}.{meant}")
        return super().resolve_command(ctx, args)


class EitherSide(Group):
    """A group whose options may stand behind the command's name too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own, with the options of the group in front of the command."""
        return super().parse_args(ctx, self._sorted(ctx, args))

    def _sorted(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = next((at for at, arg in enumerate(args) if arg in self.commands), None)
        if at is None:
            return args
        command = self.commands[args[at]]
        theirs = {name for one in command.get_params(ctx) for name in one.opts}
        ours = {
            name: one
            for one in self.get_params(ctx)
            if isinstance(one, click.Option) and one.name != "help"
            for name in one.opts
            if name not in theirs
        }
        front, behind, rest = list(args[:at]), [args[at]], list(args[at + 1 :])
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                behind += [arg, *rest]
                break
            option = ours.get(arg.partition("=")[0])
            if option is None:
                behind.append(arg)
                continue
            front.append(arg)
            if "=" not in arg and rest and _takes(option, rest[0]):
                front.append(rest.pop(0))
        return front + behind


def _takes(option: click.Option, word: str) -> bool:
    """Whether the word is the option's value."""
    if option.is_flag:
        return False
    is_optional: Any = getattr(option, "_flag_needs_value", False)
    choices = option.type.choices if isinstance(option.type, click.Choice) else None
    return not is_optional or (choices is not None and word in choices)
