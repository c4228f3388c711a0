"""The parser: the commands' declarations made into click's. Nothing else imports click.

It reads what `reading` does not, and says what is wrong with what nobody can read.
"""

from collections.abc import Callable
from typing import Any

import click

from aelang.cli.commands import COMMANDS, GROUPS, declaration, module_of
from aelang.cli.helping import command_help, group_help, program_help
from aelang.cli.options import Argument, Command, Given, Misused, Option

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def parse_and_execute(arguments: list[str]) -> int:
    """Runs the command that `arguments` ask for and gives its exit code; wrong usage is told on standard error."""
    try:
        with _Group("aelang").make_context("aelang", list(arguments)) as context:
            return int(context.command.invoke(context) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code


def parse(name: str, words: list[str]) -> Given:
    """What `words` give to the command `name`. Raises click.UsageError, or click.exceptions.Exit after its help."""
    with _command(name, declaration(name)).make_context(name, list(words)) as context:
        return Given(context.params)


class _Group(click.Group):
    """All commands, or those of a group; each is imported when it is used."""

    def __init__(self, name: str, group: str = "") -> None:
        super().__init__(name, context_settings=_SETTINGS)
        self._group = group
        self._names = list(GROUPS[group] if group else COMMANDS)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return self._names

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._names:
            return None
        if not self._group and cmd_name in GROUPS:
            return _Group(cmd_name, cmd_name)
        full = f"{self._group} {cmd_name}".strip()
        return _command(full, declaration(full))

    def get_help(self, ctx: click.Context) -> str:
        return group_help(self._group) if self._group else program_help()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self._names and not args[0].startswith("-"):
            from aelang.diagnostics import did_you_mean

            hint = did_you_mean(args[0], self._names) or f"the commands are {', '.join(self._names)}"
            raise click.UsageError(f"there is no command `{f'{self._group} {args[0]}'.strip()}`; {hint}", ctx)
        return super().resolve_command(ctx, args)


class _Command(click.Command):
    """A command with the help of its declaration; `full` is its name with that of its group."""

    full = ""

    def get_help(self, ctx: click.Context) -> str:
        return command_help(self.full, declaration(self.full))


def _command(name: str, declared: Command) -> click.Command:
    made = _Command(
        name.rpartition(" ")[2],
        params=[*map(_argument, declared.arguments), *map(_option, declared.options)],
        callback=_callback(name),
        context_settings=_SETTINGS,
        options_metavar="[OPTIONS]",
    )
    made.full = name
    return made


def _callback(name: str) -> Callable[..., int]:
    execute: Callable[[Given], int] = module_of(name).execute

    def call(**values: object) -> int:
        try:
            return execute(Given(values))
        except Misused as wrong:
            raise click.UsageError(str(wrong), click.get_current_context()) from None

    return call


def _argument(declared: Argument) -> click.Argument:
    return click.Argument(
        [declared.key],
        required=declared.required,
        metavar=declared.metavar,
        nargs=-1 if declared.many else 1,
        type=click.Choice(declared.choices) if declared.choices else click.STRING,
    )


def _option(declared: Option) -> click.Option:
    names = [*declared.names, declared.key]
    if not declared.takes_value:
        return click.Option(names, is_flag=True)
    return click.Option(
        names,
        metavar=declared.metavar or None,
        multiple=declared.many,
        type=_value_type(declared),
    )


def _value_type(declared: Option) -> "click.ParamType[Any]":
    if declared.choices:
        return click.Choice(declared.choices)
    return click.STRING if declared.least is None else click.IntRange(min=declared.least)
