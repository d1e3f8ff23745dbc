"""The generated pages of docs/ say what the code says, and the others name files that are there."""

import importlib.util
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.config import LimitsConfig
from scanner.evidence.registry import SECTIONS
from scanner.gates.calendar import CALENDAR
from scanner.gates.gate import Gate
from scanner.gates.order import GATES
from scanner.replies.catalogue import entry

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STALE = "docs/{} is stale: run `make docs` and commit what it writes"
PATHS = re.compile(r"`((?:scanner|tests|reports|schedules|scripts|docs|benchmarks)/[\w./-]*)`")


def generator() -> Mapping[str, Callable[[], str]]:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: Mapping[str, Callable[[], str]] = module.PAGES
    return pages


PAGES = generator()


def test_every_limit_of_the_configuration_is_explained_and_the_guess_is_called_one() -> None:
    """With its default; of Exchange no limit is known."""
    page = PAGES["permissions.md"]()
    for key in LimitsConfig.__struct_fields__:
        assert f"| `{key}` | {getattr(LimitsConfig(), key):g} |" in page
    (guess,) = (line for line in page.splitlines() if line.startswith("| `exchange` |"))
    assert "this is a guess" in guess


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_not_stale(name: str) -> None:
    """What stands in docs/ is what the code gives."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), STALE.format(name)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_is_documented_whole(gate: Gate) -> None:
    """Title, rationale, replies with their sentences, examples and sources."""
    page = PAGES["gates.md"]()
    assert f"## {gate.name}\n" in page
    assert str(gate.title) in page
    assert str(gate.rationale) in page
    assert all(entry(key).line in page for key in gate.replies)
    assert all(str(example.says) in page for example in gate.examples)
    assert all(source in page for source in gate.sources)


def test_the_calendar_says_when_it_was_compared() -> None:
    """The reader sees how old the dates are."""
    assert f"Last compared with its sources on {CALENDAR.compared_on.isoformat()}" in PAGES["gates.md"]()


def test_every_section_is_documented() -> None:
    """Its file, and the permission that reads it."""
    files, permissions = PAGES["evidence-folder.md"](), PAGES["permissions.md"]()
    for section in SECTIONS:
        assert f"`{section.name}{'*.csv' if section.several else '.json'}`" in files
        assert f"| `{section.name}` |" in permissions
        assert section.ask is None or section.permission in permissions


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_names_the_sections_it_rests_on(gate: Gate) -> None:
    """What its examples show as evidence or as missing is among them."""
    known = {section.name for section in SECTIONS}
    assert set(gate.sections) <= known
    for example in gate.examples:
        judgement = gate.judge(example.circumstance, example.setting, example.method)
        shown = {finding.section for finding in judgement.findings} | set(judgement.missing)
        assert shown & known <= set(gate.sections)


@pytest.mark.parametrize("page", sorted(DOCS.glob("**/*.md")), ids=lambda page: page.name)
def test_a_page_names_files_that_are_there(page: Path) -> None:
    """A path in backquotes is one of this repository."""
    named = PATHS.findall(page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
