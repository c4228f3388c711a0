"""The parser: the commands' declarations made into click's. Nothing else imports click."""

from collections.abc import Callable
from typing import Any

import click

from aelang import __version__
from aelang.cli.commands import COMMANDS, declaration, module_of
from aelang.cli.options import Argument, Command, Given, Misused, Option

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
_TEXT = """Automation as code: compile, check and run ManageIQ Automate datastores.

Without `-d` the datastore is the one that `aelang.toml` names, here or in a folder above, else the one that comes
with aelang. Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 the thing
asked about is bad, 2 wrong usage, 3 a retry was asked for, 70 a fault of aelang."""
_EXAMPLES = (
    ("aelang run /System/Request/hello", "run a target of the datastore that comes with aelang"),
    ("aelang ls -d automate/", "what is in a datastore"),
    ("aelang run --help", "more on one command"),
)


def parse_and_execute(arguments: list[str]) -> int:
    """Runs the command that `arguments` ask for and gives its exit code; wrong usage is told on standard error."""
    try:
        with _Aelang().make_context("aelang", list(arguments)) as context:
            return int(context.command.invoke(context) or 0)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code


class _Aelang(click.Group):
    """All commands; each is imported when it is used."""

    def __init__(self) -> None:
        super().__init__(
            "aelang", help=_TEXT, epilog=_examples(_EXAMPLES), context_settings=_SETTINGS, no_args_is_help=True
        )
        self.params.append(_version())

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name, declaration(cmd_name)) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from aelang.diagnostics import did_you_mean

            hint = did_you_mean(args[0], list(COMMANDS)) or f"the commands are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)


def _version() -> click.Option:
    def tell(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted:
            click.echo(f"aelang {__version__}")
            context.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=tell, help="Show the version and exit."
    )


def _command(name: str, declared: Command) -> click.Command:
    return click.Command(
        name,
        params=[*map(_argument, declared.arguments), *map(_option, declared.options)],
        callback=_callback(name),
        help=declared.text,
        epilog=_examples(declared.examples),
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
        return click.Option(names, is_flag=True, help=declared.help)
    return click.Option(
        names,
        help=declared.help,
        metavar=declared.metavar or None,
        multiple=declared.many,
        default=declared.default,
        type=_value_type(declared),
    )


def _value_type(declared: Option) -> "click.ParamType[Any]":
    if declared.choices:
        return click.Choice(declared.choices)
    return click.STRING if declared.least is None else click.IntRange(min=declared.least)


def _examples(examples: tuple[tuple[str, str], ...]) -> str:
    """The examples as click prints an epilog that must keep its lines."""
    if not examples:
        return ""
    return "\b\nExamples:\n" + "\n".join(f"  # {word}\n  {line}" for line, word in examples)
