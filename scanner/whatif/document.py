"""Makes docs/what-if.md from the table of keys."""

from collections.abc import Iterator

from scanner.whatif.keys import KEYS

INTRODUCTION = """\
# What-if

    smtp-posture whatif --set KEY=VALUE [--set KEY=VALUE …] [--as-of DATE] [--run RUN] [--json]

A what-if is judged from the evidence of a kept run (`latest` unless `--run` says otherwise), in memory and offline: the
tenant is not asked, and nothing is ever written to it. Several changes are made together. The answer is the one that a
fresh scan of a tenant with these changes would give; the tests compare the two on a simulated tenant.

It says which mailboxes change, from what to what for Basic and for OAuth, which gate decides then and which reply is
given, how many of them are in use, and the smallest set of exceptions that keeps today's senders working. Every
exception is about one mailbox, so the smallest set is the smallest of each mailbox together; all of them are made to
the changed evidence, and every sender is judged once more to see that they suffice. Where nobody knows who sends, the
exceptions are those for every mailbox that Basic works for today. Each exception has an `option` that `--set` takes.

What was not read stays unknown, except for what a change sets: `security_defaults=on` answers for Security Defaults
that are on, whether or not the run could read them, and says that it could not.

## Keys

Names stand in quotes or without; an id does as well. A key or a name that is not known is an error that names the
nearest known one.

| key | values | what it changes | example |
|---|---|---|---|
"""
OUTRO = """
`--as-of DATE` judges the changed tenant for another date: from the end of December 2026 Basic depends on whether an
admin turned it on again. The verdicts before are always those of the run's own date.

## With --json

| key | content |
|---|---|
| `set` | the changes: `key`, `before` (`unknown` where it was not read), `after` |
| `notes` | what to know before believing the answer |
| `summary` | `mailboxes`, `changed`, `outcome_changed`, `in_use` (null: no use was read), `by_change`, `by_reply`, … |
| `exceptions` | `needed` by kind, `count`, `keeps`, `verified`, and `lost`: mailboxes that no exception helps |
| `mailboxes` | every mailbox that changes: per method `before` and `after` with outcome, reply and deciding gate |
"""


def render_what_if() -> str:
    """Write the page."""
    return INTRODUCTION + "\n".join(_rows()) + "\n" + OUTRO


def _rows() -> Iterator[str]:
    for key in KEYS:
        times = " (several times)" if key.many else ""
        yield f"| `{key.pattern}` | {key.expected}{times} | {key.says} | `{key.example}` |"
