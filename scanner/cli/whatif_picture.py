"""The answer to a what-if as the terminal shows it: counts first, then who is in use, then the exceptions."""

from collections.abc import Iterable, Iterator

from scanner.app.whatif import WhatIf
from scanner.cli.picture import METHODS, TITLES
from scanner.cli.whatif_answer import ExceptionsPart, NeededExceptions, exceptions_part, totals_of
from scanner.model.judgement import Method
from scanner.whatif.compare import Moved

SHOWN = 20


def draw_what_if(found: WhatIf) -> Iterator[str]:
    """Draw the answer, line by line."""
    totals = totals_of(found)
    for change in found.changes:
        yield f"{change.key}: {change.before} → {change.after}"
    if found.before.setting.as_of != found.after.setting.as_of:
        yield f"judged for: {found.before.setting.as_of} → {found.after.setting.as_of}"
    yield f"Evidence of run {found.run.id}; nothing was changed in the tenant."
    yield from (f"  ! {note}" for note in found.notes)
    yield ""
    yield f"{totals.changed} of {totals.mailboxes} mailboxes change{in_use_words(totals.in_use)}."
    for tally in totals.by_change:
        counted = f"{tally.mailboxes} mailboxes{in_use_words(tally.in_use)}"
        yield f"  {METHODS[Method(tally.method)]}: {turn_words(tally.before, tally.after)}: {counted}"
    for line, count in totals.by_reply.items():
        yield f"  reply to Basic then, {count} mailboxes: {line}"
    yield from draw_mailboxes(found.moved)
    yield from draw_exceptions(exceptions_part(found))


def in_use_words(count: int | None) -> str:
    """Say how many are in use."""
    return ", who uses them is not known" if count is None else f", {count} of them in use"


def turn_words(before: str, after: str) -> str:
    """Say what an outcome becomes."""
    return f"{before} → {after}" if before != after else f"{after} as before, with another gate or reply"


def draw_mailboxes(moved: tuple[Moved, ...]) -> Iterator[str]:
    """Draw the mailboxes that change, those in use first, the first of many."""
    if not moved:
        return
    yield ""
    for one in sorted(moved, key=lambda one: (not one.in_use, not one.outcomes_change))[:SHOWN]:
        yield draw_mailbox(one)
    if len(moved) > SHOWN:
        yield f"… and {len(moved) - SHOWN} more; --json gives all."


def draw_mailbox(moved: Moved) -> str:
    """Draw one mailbox: what changes for each method, and by which gate."""
    used = "  (in use)" if moved.in_use else ""
    turns = "; ".join(draw_turn(moved, method) for method in moved.methods)
    return f"{moved.before.row.address or moved.before.id}{used}  {turns}"


def draw_turn(moved: Moved, method: Method) -> str:
    """Draw what changes for one method."""
    before, after = moved.before.verdicts.of(method), moved.after.verdicts.of(method)
    gate = f" by {TITLES[after.decided_by]}" if after.decided_by else ""
    return f"{METHODS[method]}: {turn_words(before.outcome.value, after.outcome.value)}{gate}"


def draw_exceptions(part: ExceptionsPart) -> Iterator[str]:
    """Draw the exceptions that keep today's senders working."""
    if not part.needed and not part.lost:
        return
    whom = "today's senders" if part.for_senders else "every mailbox that works today (who sends is not known)"
    verified = "judged again with them made: all keep working" if part.verified else "judging again did NOT confirm it"
    yield ""
    if part.needed:
        yield f"Smallest set of exceptions that keeps {whom} working: {part.count} for {part.keeps} mailboxes."
        yield f"  ({verified})"
    for group in part.needed:
        yield from draw_group(group)
    by_reason: dict[str, list[str]] = {}
    for one in part.lost:
        by_reason.setdefault(one.because, []).append(one.address or one.id)
    for because, names in by_reason.items():
        yield f"  No exception helps {len(names)} mailboxes: {because}"
        yield from shortened(f"      {name}" for name in names)


def draw_group(group: NeededExceptions) -> Iterator[str]:
    """Draw one kind of exception."""
    yield f"  - {group.text}"
    if group.portal:
        yield f"      portal: {group.portal}"
    yield from shortened(f"      {one.command or one.address}" for one in group.mailboxes)


def shortened(lines: Iterable[str]) -> Iterator[str]:
    """Give the first of many lines."""
    every = list(lines)
    yield from every[:SHOWN]
    if len(every) > SHOWN:
        yield f"      … and {len(every) - SHOWN} more; --json gives all."
