"""The page docs/replies.md, made from the catalogue."""

from collections.abc import Iterable

from scanner.model.judgement import Remedy
from scanner.replies.catalogue import CATALOGUE, CAUSES
from scanner.replies.clients import shown_by_clients
from scanner.replies.entry import CatalogueEntry, Cause
from scanner.replies.sign_in import SIGN_IN

_HEAD = """\
# Replies

Generated from `scanner/replies/` by `scanner.replies.document.render_replies`: don't edit it by hand.

Every reply that authenticated submission to Exchange Online is known to get, with its causes in order of likelihood.
The enhanced code is not the cause: 5.7.139 carries many sentences with different remedies. Sources are keys of the fact
dossier (S1 to S18, T: for unattributed samples) or threads on GitHub; WEAK marks a single unofficial one."""

_SIGN_IN_HEAD = """\
## Codes of the sign-in log

Microsoft says that numbers and texts may change: match the number, ignore the text.

| code | meaning | causes |
|---|---|---|"""

_CAUSES_HEAD = """\
## Causes

What each cause is, where it shows, and what takes it away."""


def render_replies() -> str:
    """Render the page.

    Returns:
        Markdown that ends with a line break.
    """
    parts = [
        _HEAD,
        *(render_entry(entry) for entry in CATALOGUE),
        render_sign_in(SIGN_IN),
        _CAUSES_HEAD,
        *(render_cause(cause) for cause in CAUSES),
    ]
    return "\n\n".join(parts) + "\n"


def render_entry(entry: CatalogueEntry) -> str:
    """Render one reply."""
    shown = shown_by_clients(entry)
    return "\n\n".join(
        (
            f"## {entry.key}",
            f"```text\n{entry.line}\n```",
            str(entry.meaning),
            join_lines(
                (
                    f"- Stage: {entry.stage}",
                    f"- Confidence: {entry.confidence.value}",
                    f"- Sources: {', '.join(entry.sources)}",
                )
            ),
            "Causes:",
            join_lines(f"{rank}. {link(cause)}: {cause.text}" for rank, cause in enumerate(entry.causes, 1)),
            "What clients show:",
            join_lines(f"- {one.client}: {as_code(one.text)}" for one in shown),
        )
    )


def render_sign_in(entries: tuple[CatalogueEntry, ...]) -> str:
    """Render the table of the sign-in log's codes."""
    rows = (
        f"| {entry.code} | {entry.meaning} | {', '.join(link(cause) for cause in entry.causes)} |" for entry in entries
    )
    return join_lines((_SIGN_IN_HEAD, *rows))


def render_cause(cause: Cause) -> str:
    """Render one cause with its remedies."""
    place = f"gate `{cause.gate}`" if cause.gate else "not visible in the configuration"
    return "\n\n".join(
        (
            f"### {cause.key}",
            f"{cause.text} ({place})",
            f"Look at: {cause.look_at}",
            join_lines(render_remedy(remedy) for remedy in cause.remedies),
        )
    )


def render_remedy(remedy: Remedy) -> str:
    """Render one remedy as a list item."""
    details = (
        ("portal", remedy.portal),
        ("command", as_code(remedy.command) if remedy.command else ""),
        ("undo", as_code(remedy.undo) if isinstance(remedy.undo, str) and remedy.undo else str(remedy.undo)),
    )
    return join_lines((f"- {remedy.text}", *(f"    - {name}: {value}" for name, value in details if value)))


def link(cause: Cause) -> str:
    """Link to a cause further down the page."""
    return f"[{cause.key}](#{cause.key})"


def as_code(text: str) -> str:
    """Set a text as code on one line."""
    return f"`{text.replace(chr(10), ' ⏎ ')}`"


def join_lines(lines: Iterable[str]) -> str:
    """Join lines."""
    return "\n".join(lines)
