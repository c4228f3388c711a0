"""The parser: the commands' declarations made into click's. Nothing else imports click.

It reads what `reading` does not, and says what is wrong with what nobody can read.
"""

from collections.abc import Callable
from typing import Any

import click

from aelang.cli.commands import COMMANDS, declaration, module_of
from aelang.cli.helping import command_help, program_help
from aelang.cli.options import Argument, Command, Given, Misused, Option

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def parse_and_execute(arguments: list[str]) -> int:
    """Runs the command that `arguments` ask for and gives its exit code; wrong usage is told on standard error."""
    try:
        with _Aelang("aelang", context_settings=_SETTINGS).make_context("aelang", list(arguments)) as context:
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


class _Aelang(click.Group):
    """All commands; each is imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name, declaration(cmd_name)) if cmd_name in COMMANDS else None

    def get_help(self, ctx: click.Context) -> str:
        return program_help()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from aelang.diagnostics import did_you_mean

            hint = did_you_mean(args[0], list(COMMANDS)) or f"the commands are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)


class _Command(click.Command):
    """A command with the help of its declaration."""

    def get_help(self, ctx: click.Context) -> str:
        return command_help(self.name or "", declaration(self.name or ""))


def _command(name: str, declared: Command) -> click.Command:
    return _Command(
        name,
        params=[*map(_argument, declared.arguments), *map(_option, declared.options)],
        callback=_callback(name),
        context_settings=_SETTINGS,
        options_metavar="[OPTIONS]",
    )


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
