"""The PowerShell script that makes an evidence folder: its text is fixed, what it asks for comes from the registry."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, assert_never

from scanner.app.registration import ENVIRONMENTS
from scanner.content import find_content
from scanner.evidence.permissions import list_permissions
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import (
    Cmdlet,
    GraphList,
    GraphLog,
    GraphObject,
    PerUser,
    ReferencedGroups,
    Section,
    SenderTraces,
)
from scanner.replies.commands import quoted

SETTINGS: Final = "# <settings>"
CALLS: Final = "# <sections>"
PERMISSIONS: Final = "mailbox-permissions"
FED: Final = (ReferencedGroups, PerUser, SenderTraces)


def write_export_script(sections: Iterable[Section[Any]] = SECTIONS) -> str:
    """Write the script; it holds ASCII only, so that it survives any code page.

    Args:
        sections: What it reads.
    """
    body = (find_content("reports") / "powershell" / "evidence-folder.ps1").read_text(encoding="ascii")
    calls = "\n".join(_write_calls(tuple(sections)))
    return body.replace(SETTINGS, "\n".join(_write_settings()), 1).replace(CALLS, calls, 1)


def _write_settings() -> Iterator[str]:
    yield f"$scopes = @({', '.join(map(quoted, list_permissions(delegated=True).graph))})"
    for number, name in enumerate(("graphEnvironments", "exchangeEnvironments")):
        pairs = "; ".join(f"{quoted(cloud)} = {quoted(names[number])}" for cloud, names in ENVIRONMENTS.items())
        yield f"${name} = @{{ {pairs} }}"


def _write_calls(sections: tuple[Section[Any], ...]) -> Iterator[str]:
    """Write one call a section: first those that stand alone, then those that ask for what others name."""
    asked = [section for section in sections if section.ask is not None]
    for section in sorted(asked, key=lambda section: isinstance(section.ask, FED)):
        single = " -Single" if section.single else ""
        yield f"Out-Section {quoted(section.name)} {{ {_write_rows(section)} }}{single}"
    yield "if ($MailboxPermissions) {"
    yield f"    Out-Section {quoted(PERMISSIONS)} {{ Get-PermissionRows }}"
    yield "} else {"
    yield f"    $missing[{quoted(PERMISSIONS)}] = 'not asked for (-MailboxPermissions)'"
    yield "}"


def _write_rows(section: Section[Any]) -> str:
    """Write what gives the rows of a section; cmdlets stand there by name, so that the script shows what it runs."""
    match section.ask:
        case Cmdlet() as ask:
            words = _write_cmdlet(ask)
        case GraphLog() as ask:
            words = _write_log(ask)
        case GraphList(path=path, query=query):
            words = f"Get-ListRows {quoted(section.name)} {quoted(_address(path, query))}"
        case GraphObject(path=path):
            words = f"Get-Graph {quoted(path)}"
        case SenderTraces(path=path):
            words = f"Get-TraceRows {quoted(path)}"
        case PerUser(path=path, version=version):
            words = f"Get-UserRows {quoted(f'/{version}{path}')}"
        case ReferencedGroups():
            words = "Get-GroupRows"
        case None:
            raise ValueError(f"{section.name} comes from files only")
        case _:
            assert_never(section.ask)
    return words


def _write_log(ask: GraphLog) -> str:
    query = "".join(f"&{option}" for option in _options(ask.query))
    return (
        f"Get-LogRows -Path {quoted(ask.path)} -Time {quoted(ask.time)} -Condition {quoted(ask.condition)} "
        f"-Kinds {_list(ask.kinds)} -Days {ask.days} -Query {quoted(query)}"
    )


def _write_cmdlet(ask: Cmdlet) -> str:
    """Write a cmdlet with its parameters; preferences of a script don't reach into modules, so errors stop by name."""
    parameters = "".join(f" -{name} {value}" for name, value in ask.parameters.items())
    names = _list(ask.select)
    rows = f"Get-MailboxRows {names}" if ask.name == "Get-Mailbox" else f"ForEach-Object {{ ConvertTo-Row $_ {names} }}"
    return f"{ask.name}{parameters} -ErrorAction Stop | {rows}"


def _address(path: str, query: Mapping[str, str]) -> str:
    options = "&".join(_options(query))
    return f"{path}?{options}" if options else path


def _options(query: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in query.items()]


def _list(words: Iterable[str]) -> str:
    return f"@({', '.join(map(quoted, words))})"
