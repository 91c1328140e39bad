"""The program around the commands: its language, its help, and an end without a traceback."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..errors import ChuanNgheoError, NoStandard
from ..model import LANGUAGES
from ..version import CODE_VERSION, data_version
from .codes import ABSENT, FAULT, FINE, MEANING, STOPPED, USAGE, WRONG
from .telling import Teller, missing_extra, shows_traceback, tell_error
from .words import PROGRAM, language, one

ClickError: Any = typer.BadParameter.__mro__[2]  # typer brings its own click, or the click of old
# Two standards that cannot be held against each other were named wrongly; they are there.
# So were a method, a reading and a way of deriving that the standard does not have.
WRONGLY_NAMED = ("CN188", "CN189", "CN060", "CN063", "CN064")
WIDTH = 100


class Command(TyperCommand):
    """A command whose help is in the language of the reader; ``epilog`` holds its examples."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        tell: Teller = ctx.find_object(Teller)
        formatter.width = WIDTH
        params: list[Any] = list(self.params)
        arguments = [p for p in params if p.param_type_name == "argument"]
        shown = " ".join(f"{one(str(p.metavar or p.name), tell.lang)}" for p in arguments)
        formatter.write_text(f"{tell.say('usage')}: {ctx.command_path} {shown}".rstrip())
        formatter.write_paragraph()
        formatter.write_text(one(self.help, tell.lang))
        if arguments:
            with formatter.section(tell.say("arguments")):
                formatter.write_dl(
                    [(one(str(p.metavar or p.name), tell.lang), one(p.help, tell.lang)) for p in arguments]
                )
        groups: dict[str, list[tuple[str, str]]] = {}
        for option in params:
            if option.param_type_name == "option":
                panel = one(option.rich_help_panel, tell.lang) or tell.say("options")
                groups.setdefault(panel, []).append((_names(option, tell.lang), one(option.help, tell.lang)))
        for panel, rows in groups.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
        with formatter.section(tell.say("everywhere")):
            formatter.write_dl([("--lang vi|en", tell.say("lang_help")), ("--help", tell.say("help_help"))])
        _examples(formatter, tell, self.epilog)
        _exit_codes(formatter, tell, [FINE, WRONG, USAGE, ABSENT] + ([4] if self.name == "assess" else []))


class Program(TyperGroup):
    """The commands in the order in which they are told of, and what holds in all of them."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        """A reader that had enough (``| head``) is no error."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if not isinstance(error, BrokenPipeError) and "Broken pipe" not in str(error):  # polars gives no number
                raise
            _silence()
            raise typer.Exit(FINE) from None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        tell: Teller = ctx.find_object(Teller)
        formatter.width = WIDTH
        formatter.write_text(f"{tell.say('usage')}: {PROGRAM} {one('LỆNH …␟COMMAND …', tell.lang)}")
        formatter.write_paragraph()
        formatter.write_text(one(self.help, tell.lang))
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            panel = one(getattr(command, "rich_help_panel", ""), tell.lang)
            groups.setdefault(panel, []).append((name, one(command.help, tell.lang)))
        for panel, rows in groups.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
        with formatter.section(tell.say("options")):
            formatter.write_dl([
                ("--version", tell.say("version_help")), ("--lang vi|en", tell.say("lang_help")), ("--help", tell.say("help_help")),
            ])  # fmt: skip
        _examples(formatter, tell, self.epilog)
        _exit_codes(formatter, tell, list(MEANING))
        formatter.write_paragraph()
        formatter.write_text(tell.say("command_help", f"{PROGRAM} assess --help"))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:  # noqa: ARG002
        """Run a command; ends the process with its exit code."""
        extra.update(prog_name=PROGRAM, standalone_mode=False)
        given = list(sys.argv[1:] if args is None else args)
        given, lang = _language(given)
        before = given[: given.index("--")] if "--" in given else given
        tell = Teller(lang if lang in LANGUAGES else language(), as_json="--json" in before)
        code: Any = FINE
        try:
            if lang not in LANGUAGES:
                tell.usage(tell.say("wrong_lang"))
            if "--version" in given and set(given) == {"--version", "--json"}:
                tell.json("version/1", {})
            elif given == ["--version"]:
                typer.echo(f"{PROGRAM} {CODE_VERSION}, data {data_version()}")
            else:
                code = super().main(given or ["--help"], obj=tell, **extra)
        except typer.Exit as ended:
            code = ended.exit_code
        except (KeyboardInterrupt, typer.Abort):
            code = STOPPED
        except SystemExit:  # so rich ends where a reader had enough
            code = FINE
        except Exception as error:
            if shows_traceback():
                raise
            code = _ended(tell, error, given)
        code = _flushed(tell, code)
        code = code if isinstance(code, int) else FINE
        if code == STOPPED:
            tell.note((f"{PROGRAM}: ", "bold red"), tell.say("stopped"))
        sys.exit(code)


def _flushed(tell: Teller, code: Any) -> Any:
    """What waits in the buffer of stdout is written now, where a fault of it can still be told."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as error:
        return _ended(tell, error, [])
    return code


def _silence() -> None:
    """Nothing more can be written to stdout: what is left in its buffer goes nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stream without a file
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _ended(tell: Teller, error: Exception, given: list[str]) -> int:
    """Say what went wrong in one language, without a traceback; the exit code of it."""
    try:
        if isinstance(error, ClickError):
            command = next((a for a in given if not a.startswith("-")), "")
            known = "" if type(error).__name__ in ("NoSuchCommand", "UsageError") else command
            help_ = " ".join(part for part in (PROGRAM, known, "--help") if part)
            tell.usage(f"{_said(tell, error)}; {tell.say('see_help', help_)}")
        if isinstance(error, NoStandard):
            tell_error(tell, error, USAGE if any(p.code in WRONGLY_NAMED for p in error.problems) else ABSENT)
        if isinstance(error, ChuanNgheoError):
            wrongly = any(p.code in WRONGLY_NAMED for p in error.problems)
            tell_error(
                tell, error, ABSENT if any(p.code == "CN106" for p in error.problems) else USAGE if wrongly else WRONG
            )
        if isinstance(error, ModuleNotFoundError) and (lacking := missing_extra(error)) is not None:
            tell.fail(ABSENT, tell.say("install", *lacking))
        if isinstance(error, OSError):
            if not error.filename:
                _silence()
                tell.as_json = False  # there is no place for it
            tell.fail(*tell.absent(error, str(error.filename or "")))
        tell.fail(FAULT, tell.say("fault", f"{type(error).__name__}: {error}".splitlines()[0]))
    except typer.Exit as ended:
        return int(ended.exit_code)


def _said(tell: Teller, error: Any) -> str:
    """What was wrong with the words of a command."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        close = getattr(error, "possibilities", None) or ()
        return tell.say("no_option", error.option_name, tell.say("mean", ", ".join(sorted(close))) if close else "")
    if kind == "MissingParameter" and error.param is not None:
        return tell.say("lacking", one(str(error.param.metavar or error.param.name), tell.lang))
    option = getattr(error, "option_name", "")
    if kind == "BadOptionUsage" and option:
        takes_none = "does not take" in error.format_message()
        return tell.say("takes_none" if takes_none else "needs_value", option)
    if kind == "BadParameter" and error.param is not None and tell.lang != "en":
        named = error.param.opts[0] if error.param.param_type_name == "option" else str(error.param.name)
        return tell.say("wrong_value", named, *(error.format_message().split("'")[-2:-1] or [""]))
    if (extra := re.search(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", error.format_message())) is not None:
        return tell.say("extra", extra.group(1))
    words = error.format_message().split("'")
    if "No such command" in words[0] and len(words) > 1:
        close = get_close_matches(words[1], error.ctx.command.commands if error.ctx else ())
        return tell.say("no_command", words[1], tell.say("mean", ", ".join(close)) if close else "")
    return str(error.format_message()).rstrip(".") if tell.lang == "en" else tell.say("wrong_words")


def _language(given: list[str]) -> tuple[list[str], str]:
    """The arguments without ``--lang``, wherever it stood, and the language."""
    rest: list[str] = []
    lang = language()
    arguments = iter(given)
    for argument in arguments:
        if argument == "--":
            rest += [argument, *arguments]
        elif argument == "--lang":
            lang = next(arguments, "")
        elif argument.startswith("--lang="):
            lang = argument.partition("=")[2]
        else:
            rest.append(argument)
    return rest, lang


def _names(option: Any, lang: str) -> str:
    names = ", ".join(sorted(option.opts, key=len)) + "".join(f"/{n}" for n in option.secondary_opts)
    return names if option.is_flag else f"{names} {one(str(option.metavar or option.name.upper()), lang)}"


def _examples(formatter: Any, tell: Teller, epilog: str | None) -> None:
    """The examples as they were written: a line that says what, and the command."""
    lines = one(epilog, tell.lang).splitlines()
    if lines:
        with formatter.section(tell.say("examples")):
            for line in lines:
                text = line.strip()
                formatter.write(f"{' ' * formatter.current_indent}{'  ' if text.startswith(PROGRAM) else '# '}{text}\n")


def _exit_codes(formatter: Any, tell: Teller, codes: list[int]) -> None:
    with formatter.section(tell.say("exit_codes")):
        formatter.write_dl([(str(code), MEANING[code][LANGUAGES.index(tell.lang)]) for code in codes])


def start() -> None:
    """What must hold before anything is printed: a name that the terminal cannot show is no reason to fall over."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


__all__ = ["Command", "Program", "start"]
