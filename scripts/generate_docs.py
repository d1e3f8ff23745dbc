"""Writes the pages of docs/ that are derived from the code (``make docs``); tests/test_docs.py compares them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from scanner.evidence.document import render_evidence_folder
from scanner.flags.document import render_flags
from scanner.gates.document import render_gates, render_permissions
from scanner.replies.document import render_replies
from scanner.report.schema import write_schema
from scanner.simulator.faults.document import render_scenarios
from scanner.sources.document import render_limits
from scanner.whatif.document import render_what_if

DOCS = Path(__file__).parents[1] / "docs"

PAGES: Mapping[str, Callable[[], str]] = {
    "evidence-folder.md": render_evidence_folder,
    "flags.md": render_flags,
    "gates.md": render_gates,
    "permissions.md": lambda: f"{render_permissions()}\n{render_limits()}",
    "replies.md": render_replies,
    "scenarios.md": render_scenarios,
    "report.schema.json": lambda: write_schema().decode(),
    "what-if.md": render_what_if,
}


def write_pages(folder: Path) -> None:
    """Write every page that is stale, and say which."""
    for name, render in PAGES.items():
        path = folder / name
        text = render()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{path} written")


if __name__ == "__main__":
    write_pages(DOCS)
