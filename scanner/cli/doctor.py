"""What ``doctor`` shows: remarks, what the tokens hold, and a table of sections, as wide as the terminal is."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanner.app import sources
from scanner.app.doctor import LACKING, Examination, SectionFinding, examine
from scanner.app.surroundings import Level, Remark
from scanner.cli.commands import print_json
from scanner.cli.terminal import LineProgress, is_attended, plain
from scanner.errors import ExitCode

MARKS = {Level.OK: ("○", "green"), Level.WARNING: ("!", "yellow"), Level.FAULT: ("✕", "red")}
STATES = {
    "readable": ("○ readable", "green"),
    "missing": ("✕ would be missing", "red"),
    "not_licensed": ("◐ not licensed", "yellow"),
    "unknown": ("? no usable answer", "yellow"),
    "from_files": ("- from files only", "dim"),
    "not_tried": ("- not tried", "dim"),
}
WIDE = 150  # columns from which on it is shown what is asked for
NARROW = 75  # columns below which permissions stand below their sections


def do_doctor(*, config_file: Path | None, tenant_name: str | None, out: Path, as_json: bool) -> ExitCode:
    """Examine a tenant, and say what was found."""
    config = sources.load_config(config_file)
    tenant = sources.choose_tenant(config, tenant_name)
    found = examine(config, tenant, out, LineProgress(), attended=is_attended())
    if as_json:
        print_json(found)
    else:
        draw(found, Console(file=sys.stdout, highlight=False, markup=False, emoji=False))
    return ExitCode(found.exit_code)


def draw(found: Examination, console: Console) -> None:
    """Draw an examination on a console."""
    name = found.tenant.name or found.tenant.domain or found.tenant.id
    console.print(Text(plain(f"{name}  ({found.tenant.id}, {found.tenant.cloud})"), style="bold"))
    for remark in found.remarks:
        draw_remark(remark, console)
    console.print()
    if found.tokens:
        console.print(list_tokens(found))
    console.print()
    console.print(list_sections(found.sections, console.width))
    for findings in group_lacks(found.sections):
        draw_lack(findings, console)
    console.print(Text(conclude(found), style="bold"))


def draw_remark(remark: Remark, console: Console) -> None:
    """Draw one remark, with its advice below."""
    mark, style = MARKS[remark.level]
    console.print(hanging(f"{mark} {remark.subject}: ", remark.says, style))
    if remark.advice:
        console.print(Padding(Text(plain(remark.advice)), (0, 0, 0, 4)))


def hanging(head: str, words: str, style: str) -> Table:
    """Lay out words beside a head, so that their further lines stand below them."""
    grid = Table.grid(padding=0)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(plain(head), style=style), Text(plain(words)))
    return grid


def list_tokens(found: Examination) -> Table:
    """List what the tokens hold; what allows more than reading is marked."""
    grid = Table(title="What the tokens hold", title_justify="left", box=None, show_header=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for token in found.tokens:
        kind = "delegated" if token.delegated else "application"
        marked = (f"{name} (writes)" if name in token.beyond_reading else name for name in token.permissions)
        grid.add_row(Text(f"{token.service}, {kind}"), Text(plain(", ".join(marked) or "nothing")))
    return grid


def list_sections(sections: tuple[SectionFinding, ...], width: int) -> Table:
    """List the sections; on narrow terminals with fewer columns."""
    table = Table(title="Sections of evidence", title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("section", overflow="fold")
    table.add_column("answer", no_wrap=True)
    if width >= NARROW:
        table.add_column("permission", overflow="fold")
    if width >= WIDE:
        table.add_column("asked for", overflow="fold")
    for finding in sections:
        words, style = STATES[finding.state]
        cells = (finding.section, Text(words, style=style), finding.permission, finding.asked)
        table.add_row(*(Text(plain(cell)) if isinstance(cell, str) else cell for cell in cells[: len(table.columns)]))
    return table


def group_lacks(sections: Iterable[SectionFinding]) -> Iterable[list[SectionFinding]]:
    """Group the sections that lack by what is to be done about it."""
    groups: dict[tuple[str, str, str], list[SectionFinding]] = {}
    for finding in sections:
        if finding.state in LACKING:
            groups.setdefault((finding.state, finding.lacking, finding.advice), []).append(finding)
    return groups.values()


def draw_lack(findings: Sequence[SectionFinding], console: Console) -> None:
    """Draw the sections that lack for one reason: what to do about it, and what each of them would have given."""
    first = findings[0]
    words, style = STATES[first.state]
    console.print()
    console.print(hanging(f"{words}: ", first.lacking or "no permission lacks", style))
    console.print(Padding(hanging("to do: ", first.advice, ""), (0, 0, 0, 2)))
    for finding in findings:
        says = f"the report lacks {finding.lacks}. {finding.verdicts} Why: {finding.reason}."
        console.print(Padding(hanging("- ", f"{finding.section}: {says}", ""), (0, 0, 0, 2)))


def conclude(found: Examination) -> str:
    """Say in one line what a scan would give."""
    lacking = [finding.section for finding in found.sections if finding.state in LACKING]
    match ExitCode(found.exit_code):
        case ExitCode.OK:
            return "\nA scan would read everything."
        case ExitCode.INCOMPLETE if lacking:
            return f"\nA scan would lack {len(lacking)} of {len(found.sections)} sections: {', '.join(lacking)}."
        case ExitCode.INCOMPLETE:
            return "\nA scan would read everything, and not be able to write every format."
        case _:
            return "\nA scan would fail: see what is marked with ✕ above."
