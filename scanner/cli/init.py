"""What ``init`` asks on a terminal, and what it says it has written."""

from pathlib import Path
from typing import TypeVar, get_args

import typer

from scanner.app.registration import CloudOfModules, ExchangeRight, Wish, Written, write_first_files
from scanner.cli.commands import print_json, print_line, say_on_stderr
from scanner.cli.terminal import is_attended
from scanner.config.tables import CredentialKind
from scanner.errors import ConfigurationError, ExitCode

ChoiceT = TypeVar("ChoiceT", bound=str)


def do_init(
    *,
    out: Path,
    script: Path,
    name: str,
    tenant_id: str,
    client_id: str,
    cloud: str,
    credential: str,
    certificate_file: Path,
    exchange: str,
    app_name: str,
    force: bool,
    as_json: bool,
) -> ExitCode:
    """Write the first files, and say what comes next."""
    wish = Wish(
        name=name or ask("Name of the tenant in the configuration", "tenant"),
        tenant_id=tenant_id or ask("Tenant id, or a domain of it (may be filled in later)", ""),
        client_id=client_id or ask("Id of the application, if it exists already", ""),
        cloud=choose("--cloud", cloud, get_args(CloudOfModules)),
        kind=choose("--credential", credential, get_args(CredentialKind)),
        exchange=choose("--exchange", exchange, get_args(ExchangeRight)),
        app_name=app_name,
        config_file=out,
        script_file=script,
        certificate_file=certificate_file,
    )
    written = write_first_files(wish, force=force)
    if as_json:
        print_json(written)
    else:
        print_line("\n".join(list_files(written)))
    say_on_stderr("\n".join(list_steps(written)))
    return ExitCode.OK


def ask(question: str, default: str) -> str:
    """Ask on a terminal, and take the default elsewhere."""
    if not is_attended():
        return default
    return str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()


def choose(option: str, word: str, choices: tuple[ChoiceT, ...]) -> ChoiceT:
    """Take a word for one of the choices.

    Raises:
        ConfigurationError: It is none of them.
    """
    for choice in choices:
        if choice == word:
            return choice
    raise ConfigurationError(f"{option}: {word!r} is none of the choices.", f"Choose one of: {', '.join(choices)}.")


def list_files(written: Written) -> list[str]:
    """Name the files."""
    lines = [f"  configuration  {written.config}", f"  script         {written.script}"]
    if written.certificate:
        made = "made, keep it to yourself" if written.certificate_made else "was there, left as it is"
        lines.append(f"  certificate    {written.certificate}  ({made})")
    return lines


def list_steps(written: Written) -> list[str]:
    """Say what to do next."""
    steps = [f"Let an administrator read {written.script} and run it in PowerShell; with -WhatIf it changes nothing."]
    if written.lacking:
        steps.append(f"Fill in {' and '.join(written.lacking)} in {written.config}.")
    steps.append(f"Then see what works: smtp-posture doctor --config {written.config}")
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
