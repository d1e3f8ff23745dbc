"""The commands that look back: the runs that are kept, and what changed between two of them."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from scanner.app import sources
from scanner.app.history import Difference, differ
from scanner.cli.commands import print_json, print_line
from scanner.errors import ExitCode
from scanner.report.contract import ChangePart
from scanner.store import RunRecord, Store

MOST_SHOWN = 200
HEADINGS = {
    "switch": "SMTP AUTH switches that changed",
    "setting": "settings that changed",
    "policy": "Conditional Access policies that changed",
    "location": "named locations that changed",
    "authentication_policy": "authentication policies that changed",
    "mailbox_new": "new mailboxes",
    "mailbox_gone": "mailboxes that are gone",
    "mailbox_renamed": "mailboxes that were renamed",
    "mailbox_kind": "mailboxes that are of another kind",
    "sender_new": "new senders",
    "sender_stopped": "senders that stopped",
    "readiness": "readiness",
    "verdict": "verdicts that changed",
    "reply": "refusals with another reply",
}


def do_runs(*, config_file: Path | None, as_json: bool) -> ExitCode:
    """List the kept runs, the newest last."""
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        records, interrupted = store.runs(), store.unfinished()
    if as_json:
        print_json(records)
        return ExitCode.OK
    for record in records:
        print_line(line_of(record))
    for snapshot in interrupted:
        state = "being read" if snapshot.running else "interrupted: the same scan goes on with it"
        print_line(f"{snapshot.id}  {snapshot.started:%Y-%m-%d %H:%M}  {snapshot.tenant_id or '-'}  {state}")
    return ExitCode.OK


def line_of(record: RunRecord) -> str:
    """Describe a run in one line."""
    whole = "complete" if record.complete else "incomplete"
    head = f"{record.id}  {record.started:%Y-%m-%d %H:%M}  {record.tenant_id or '-'}  {whole:10}"
    return f"{head}  {found_in(record)}{record.folder}"


def found_in(record: RunRecord) -> str:
    """Say what a run found, in a few words."""
    summary = record.summary
    if summary is None:
        return ""
    flags = ", ".join(f"{count} {flag}" for flag, count in summary.by_flag.items() if count)
    return f"{summary.mailboxes} mailboxes, {summary.coverage:.0%} known: {flags or 'none'}  "


def do_diff(*, before: str, after: str, config_file: Path | None, as_json: bool) -> ExitCode:
    """Show what changed between two runs."""
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        found = differ(store, before, after)
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(draw_difference(found)))
    return ExitCode.OK


def draw_difference(found: Difference) -> Iterator[str]:
    """Write a difference for the terminal, kind by kind."""
    yield f"From {found.before} to {found.after}: {len(found.changes) or 'no'} changes."
    yield from (str(note) for note in found.notes)
    yield from draw_changes(found.changes, "")
    yield from draw_changes(found.known_now, "known now, so no change: ")
    yield from draw_changes(found.no_longer_known, "no longer known, so no change: ")


def draw_changes(changes: Sequence[ChangePart], prefix: str) -> Iterator[str]:
    """Write changes under a heading per kind."""
    for kind, members in groupby(changes, key=lambda change: change.kind):
        listed = list(members)
        yield f"\n{prefix}{HEADINGS[kind]} ({len(listed)})"
        yield from (f"  {sentence_of(change)}" for change in listed[:MOST_SHOWN])
        if len(listed) > MOST_SHOWN:
            yield f"  … and {len(listed) - MOST_SHOWN} more; --json has all of them"


def sentence_of(change: ChangePart) -> str:
    """Write one change in one line."""
    name = change.name or change.subject
    aspect = f"  {change.aspect}" if change.aspect else ""
    values = f": {change.before or '-'} → {change.after or '-'}"
    if change.kind in {"mailbox_new", "mailbox_gone"}:
        values = ""
    because = f"  ({change.because})" if change.because else ""
    return f"{name}{aspect}{values}{because}"
