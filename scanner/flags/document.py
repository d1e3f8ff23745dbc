"""The page docs/flags.md: every combination of what was seen and what is predicted, with its flag."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.flags.rules import Case, Flag, Sighting, choose_flag
from scanner.model.circumstance import SetAside
from scanner.model.judgement import Outcome
from scanner.model.observed import Gap
from scanner.use.codes import GATES_BY_CODE, WITHOUT_SETTING, meaning_of

_HEAD = """\
# Flags

Generated from `scanner/flags/` by `scanner.flags.document.render_flags`: don't edit it by hand, run `make docs`.

A flag says what the reader should do about a mailbox. It follows from three things, and from nothing else: what was
**seen** of the mailbox's use, the **verdicts** for Basic and OAuth, and the next **change** that is known or announced.
Reports are sorted by these reasons, and there is no score: failing first, with since when; then what breaks at the next
known change, the soonest first; then what would fail if it were used, likely ones first; then exposure.

| flag | meaning |
|---|---|
| `failing` | seen trying, and refused now: its newest attempt failed, or the way it was seen sending is refused |
| `will_fail` | seen sending with Basic, which passes today and is refused after a known or announced change |
| `would_fail` | refused if used; use was not seen, or nobody could look |
| `exposed` | Basic passes and no use was seen: close it |
| `unknown` | evidence is missing: the report says which |
| `in_order` | used in a way that lasts, or refused on purpose and quiet |

Waivers take a mailbox out of the count (`summary.by_flag`, `--fail-on`) and never out of the list; `summary.waived`
counts them.

## What was seen

| seen | when |
|---|---|
| `failing` | the newest sign-in that counts failed. Wrong passwords of strangers don't count: from addresses that \
never succeed while others do, or, where none ever did, from many addresses with a few tries each |
| `basic` | it succeeds with Basic: in the sign-in log, or in an export of the Exchange admin center's report |
| `oauth` | it sends with OAuth and not with Basic; or it has been silent with Basic for more than twice its longest \
pause |
| `untold` | it sends, and the export has no column for the protocol |
| `earlier` | not seen in this run's window, but an earlier run saw it send with Basic: at most 400 days ago |
| `not_seen` | looked for, and not seen |
| `not_known` | nobody could look: the tenant is not licensed for it, or it was not read |

A would-be failure is `likely` where SMTP AUTH is turned on for the mailbox itself, POP or IMAP is on, or it sent
before.

## The next change

Dates come from the retirement calendar ([gates](gates.md#the-retirement-calendar)). Until the end of December 2026 the
next change is that Basic is off by default; that an admin may turn it on again makes it no less announced. From then on
it is the final removal, whose date Microsoft has yet to name. High Volume Email has a date of its own.

## All combinations

"Passes" is accepted or depends. Where a column is empty, nothing hangs on it."""

_CODES = """\
## Codes of the sign-in log

A failure whose code comes from a gate is held against the verdict: where it contradicts what is predicted, and where
Basic succeeded although it is predicted to be refused, the report shows both and the confidence is one step lower.

| code | meaning | gates it may come from |
|---|---|---|"""

DIMENSIONS: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]] = {
    "oauth": [(outcome.value, {"oauth": outcome}) for outcome in Outcome],
    "switch": [
        ("on for this mailbox", {"smtp_auth_disabled": False}),
        ("off for this mailbox", {"smtp_auth_disabled": True}),
        ("follows the tenant", {"smtp_auth_disabled": None}),
        ("not read", {"smtp_auth_disabled": Gap.ABSENT}),
    ],
    "likely": [("likely", {"likely": True}), ("unlikely", {"likely": False})],
    "change": [("change known", {"changes": True}), ("no change known", {"changes": False})],
}
"""What else a flag may hang on: for each, its values with the fields of a case that they set."""

Row = tuple[str, ...]


def render_flags() -> str:
    """Render the page.

    Returns:
        Markdown that ends with a line break.
    """
    heads = ("seen", "Basic", *DIMENSIONS, "flag")
    table = (heads, tuple("---" for _ in heads), *merged(all_rows()))
    codes = (f"| {code} | {meaning_of(code)} | {gates} |" for code, gates in codes_with_gates())
    parts = (_HEAD, "\n".join(f"| {' | '.join(row)} |" for row in table), render_apart(), "\n".join((_CODES, *codes)))
    return "\n\n".join(parts) + "\n"


def all_rows() -> Iterator[Row]:
    """Give a row for every combination, with what doesn't matter left out."""
    for sighting in Sighting:
        for basic in Outcome:
            known = {"sighting": sighting, "basic": basic, "oauth": Outcome.REFUSED}
            for words, flag in split(known, {}, tuple(DIMENSIONS)):
                cells = (words.get(name, "") for name in DIMENSIONS)
                yield (sighting.value, basic.value, *cells, f"`{flag.value}`")


def split(
    known: Mapping[str, Any], words: Mapping[str, str], dimensions: Sequence[str]
) -> Iterator[tuple[Mapping[str, str], Flag]]:
    """Split by one thing after the other, until all that is left gives the same flag."""
    flags = {choose_flag(Case(**fields)) for fields in combinations(known, dimensions)}
    if len(flags) == 1:
        yield words, flags.pop()
        return
    name, *rest = dimensions
    branches = [(word, {**known, **fields}) for word, fields in DIMENSIONS[name]]
    results = [list(split(fields, {}, rest)) for _, fields in branches]
    if all(result == results[0] for result in results):
        yield from split(branches[0][1], words, rest)
        return
    for word, fields in branches:
        yield from split(fields, {**words, name: word}, rest)


def combinations(known: Mapping[str, Any], dimensions: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Give every case that is still possible."""
    if not dimensions:
        yield known
        return
    for _, fields in DIMENSIONS[dimensions[0]]:
        yield from combinations({**known, **fields}, dimensions[1:])


def merged(rows: Iterator[Row]) -> Iterator[Row]:
    """Write rows that differ in the outcome of Basic, or of OAuth, only as one."""
    yield from merge_column(list(merge_column(list(rows), 1)), 2)


def merge_column(rows: Sequence[Row], place: int) -> Iterator[Row]:
    """Join the values of one column where all else is the same."""
    groups: dict[Row, list[str]] = {}
    for row in rows:
        groups.setdefault((*row[:place], *row[place + 1 :]), []).append(row[place])
    for rest, values in groups.items():
        joined = "" if len(values) == len(Outcome) else ", ".join(values)
        yield (*rest[:place], joined, *rest[place:])


def render_apart() -> str:
    """Say what becomes of mailboxes that are listed apart."""
    rows = []
    for reason in SetAside:
        case = Case(sighting=Sighting.NOT_SEEN, basic=Outcome.REFUSED, oauth=Outcome.REFUSED, set_aside=reason)
        rows.append(f"| {reason.value} | `{choose_flag(case).value}` |")
    head = "Mailboxes that are listed apart have a flag of their own, unless they are seen failing:"
    return "\n".join((head, "", "| listed apart | flag |", "|---|---|", *rows))


def codes_with_gates() -> Iterator[tuple[str, str]]:
    """Give every code with the gates that it may come from."""
    for code in sorted((*GATES_BY_CODE, *WITHOUT_SETTING), key=int):
        gates = ", ".join(f"[{name}](gates.md#{name})" for name in sorted(GATES_BY_CODE.get(code, ())))
        yield code, gates or "none: the settings don't show it"
