"""The commands that look back: the runs that are kept, what changed between two, whether one is still what it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from scanner.app import sources
from scanner.app.history import Difference, differ
from scanner.app.verify import State, Verification, verify_folder, verify_run
from scanner.cli.commands import print_json, print_line
from scanner.cli.terminal import complain
from scanner.config import Config
from scanner.errors import ExitCode, StoreError
from scanner.report.contract import ChangePart
from scanner.store import RunRecord, Store

MOST_SHOWN = 200
MARKS = {State.HOLDS: "✓", State.FAILS: "✗", State.NOT_CHECKED: "·"}
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


def do_verify(*, run_name: str, public_key: Path | None, config_file: Path | None, as_json: bool) -> ExitCode:
    """Say whether a run is still what it was."""
    config = sources.load_config(config_file)
    key = public_key or config.signing.key_file
    folder = Path(run_name)
    with store_if_there(config, needed=not folder.is_dir()) as store:
        if store is None or folder.is_dir():
            found = verify_folder(folder, store, key)
        else:
            found = verify_run(run_name, store, key)
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(draw_verification(found)))
    return ExitCode.OK if found.intact else ExitCode.FAILURE


@contextmanager
def store_if_there(config: Config, *, needed: bool) -> Iterator[Store | None]:
    """Open the store; where it isn't needed, none is made, and none that can't be opened stands in the way."""
    path = sqlite_path(config.store.url)
    if not needed and path is not None and not path.exists():
        yield None
        return
    try:
        store = Store.open(config.store.url)
    except StoreError as error:
        if needed:
            raise
        complain(error)
        yield None
        return
    with store:
        yield store


def sqlite_path(url: str) -> Path | None:
    """Give the file of a store in SQLite; ``None`` for another kind."""
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") else None


def draw_verification(found: Verification) -> Iterator[str]:
    """Write a verification for the terminal."""
    yield f"{found.run or 'A run'}  {found.folder}".rstrip()
    for level in found.levels:
        yield f"  {MARKS[level.state]} {level.name:9}  {level.says}"
        if level.state is State.HOLDS and level.proves:
            yield f"    {'':9}  {level.proves}"
        yield from (f"    {'':9}  - {detail}" for detail in level.details)
    yield "Intact, as far as it could be checked." if found.intact else "NOT intact."
