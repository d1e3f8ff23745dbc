"""docs/replies.md is what the catalogue says."""

from pathlib import Path

from scanner.replies.catalogue import CATALOGUE, CAUSES
from scanner.replies.document import render_replies
from scanner.replies.sign_in import SIGN_IN

PAGE = Path(__file__).parents[2] / "docs" / "replies.md"


def test_the_page_is_not_stale() -> None:
    # When this fails: write what render_replies() gives to docs/replies.md.
    assert PAGE.read_text(encoding="utf-8") == render_replies()


def test_every_reply_code_and_cause_is_on_the_page() -> None:
    page = render_replies()
    assert all(f"## {entry.key}\n" in page and entry.line in page for entry in CATALOGUE)
    assert all(f"| {entry.code} |" in page for entry in SIGN_IN)
    assert all(f"### {cause.key}\n" in page for cause in CAUSES)
