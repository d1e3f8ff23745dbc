"""A made-up language, longer than any, accented and in brackets.

What is not in brackets is not translated, and what does not fit shows before a translator meets it.
"""

import calendar
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from scanner.gates.order import GATES
from scanner.model.text import QUOTED, Text
from scanner.report.chapters.sources import PAGES
from scanner.report.contract import Report
from scanner.report.formats import Edition, find_format
from scanner.report.language import Language
from tests.report.browser import open_file, start_chromium
from tests.report.judged import make_judged_report
from tests.report.sample import make_report

ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "àçéîñóšúýžÀÇÉÎÑÓŠÚÝŽ")
PLACE = re.compile(r"(\{\w+\})")
BRACKETED = re.compile("⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
PLAIN = re.compile("[aceinosuyz]", re.IGNORECASE)

SPOKEN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.textContent.trim() || node.parentElement.closest("script, style, code, pre, bdi, noscript")) continue;
    found.push(node.textContent);
  }
  document.querySelectorAll("[aria-label], [placeholder], [title], [data-text]").forEach((element) => {
    for (const name of ["aria-label", "placeholder", "title", "data-text"])
      if (element.getAttribute(name)) found.push(element.getAttribute(name));
  });
  return [...new Set(found)];
}"""

OVERFLOWING = """() => {
  const HIDDEN = "svg, script, style, noscript, .skip, .rows";
  document.querySelectorAll("details").forEach((element) => { element.open = true; });
  const SLACK = 6; // a space that hangs over the end of a line is not seen
  const found = new Set();
  if (document.documentElement.scrollWidth > innerWidth + 1) found.add("the page itself");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const around = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.textContent.trim() || node.parentElement.closest(HIDDEN)) continue;
    let box = node.parentElement;
    while (getComputedStyle(box).display === "inline") box = box.parentElement;
    around.selectNodeContents(node);
    const { left, right, top, bottom } = box.getBoundingClientRect();
    if (right - left < 2) continue;
    for (const rect of around.getClientRects()) {
      const clipped = getComputedStyle(box).overflowY === "hidden" && (rect.bottom > bottom + 2 || rect.top < top - 2);
      if (clipped || rect.right > right + SLACK || rect.left < left - SLACK)
        found.add(`${box.tagName}.${box.className}: ${node.textContent.trim().slice(0, 60)}`);
    }
  }
  return [...found];
}"""


def alter(message: str) -> str:
    """Puts a sentence into the made-up language: half as long again, its places as they are."""
    parts = PLACE.split(message)
    accented = "".join(part if PLACE.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    words = " ".join(["ôñé", "ţŵó", "ţĥřéé", "ƒôûŕ"] * 20)
    return f"⟦{accented} {words[: max(4, len(message) // 2)]}⟧"


class Pseudo(gettext.NullTranslations):
    """Translates everything into the made-up language."""

    def gettext(self, message: str) -> str:
        return alter(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return alter(one if number == 1 else many)


@pytest.fixture(scope="module", params=[make_judged_report, make_report], ids=["judged", "sample"])
def report(request: pytest.FixtureRequest) -> Report:
    """A judged one, for the gates' sentences, and the sample, which has every chapter."""
    made: Report = request.param()
    return made


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    edition = Edition(report)
    edition.language = Language("en", Pseudo())
    path = tmp_path_factory.mktemp("pseudo") / "report.html"
    with path.open("xb") as out:
        find_format("html").write(edition, out)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_chromium() as opened:
        yield opened


def data_words(report: Report) -> set[str]:
    """Gives the words that may stand outside brackets: names of the tenant, of Microsoft's and of this program."""
    names = [report.tenant.name, report.tenant.domain, report.tenant.id, report.run.id]
    names += [name for mailbox in report.mailboxes for name in (mailbox.address, mailbox.display_name, mailbox.id)]
    names += [policy.name for policy in report.tenant_posture.conditional_access]
    names += [policy.name for policy in report.tenant_posture.authentication_policies]
    names += [part for section in report.run.evidence for part in (section.section, section.permission)]
    names += [remedy.portal for mailbox in report.mailboxes for remedy in mailbox.remedies]
    names += report.summary.by_flag
    names += [str(control.title) for control in report.controls]
    names += [control.framework for control in report.controls]
    names += [control.version for control in report.controls]
    names += report.summary.by_reply
    names += [source for gate in GATES for source in (*gate.sources, *PAGES.values())]
    names += ["smtp-posture smtp.office365.com AUTH MAIL FROM UTC", *calendar.month_name, *calendar.month_abbr]
    names += map(str, quotes_in(report))
    return {word.casefold() for name in names for word in WORD.findall(name)} | {"aaaaaaaa"}  # of an id


def quotes_in(part: object) -> Iterator[Text]:
    """Gives the texts of a report that no language changes."""
    match part:
        case Text() if part.message == QUOTED:
            yield part
        case msgspec.Struct():
            for name in part.__struct_fields__:
                yield from quotes_in(getattr(part, name))
        case list() | tuple():
            for item in part:
                yield from quotes_in(item)
        case _:
            pass


def strange_words(text: str, known: set[str]) -> list[str]:
    """Gives the words that stand outside brackets, or within them without accents, and are no data."""
    outside = text
    while BRACKETED.search(outside):  # the innermost first: sentences stand within sentences
        outside = BRACKETED.sub(" ", outside)
    words = [*WORD.findall(outside), *(word for word in WORD.findall(text) if PLAIN.search(word))]
    return sorted({word for word in words if word.casefold() not in known})


def test_nothing_is_said_that_was_not_translated(report: Report, page: Path, browser: Browser) -> None:
    known = data_words(report)
    with open_file(browser, page) as opened:
        spoken: list[str] = opened.page.evaluate(SPOKEN)
    assert sum("⟦" in text for text in spoken) > 200
    assert {text: words for text in spoken if (words := strange_words(text, known))} == {}


def test_an_untranslated_word_is_found() -> None:
    """Beside a translated one, and within a translated sentence."""
    assert strange_words("⟦Šúmmàrý ⟦ôñé⟧⟧ Total", set()) == ["Total"]
    assert strange_words("⟦Ñót kñówñ: groups was not read ôñé⟧", {"was"}) == ["groups", "not", "read"]


@pytest.mark.parametrize("width", [1280, 390])
def test_longer_words_fit(width: int, page: Path, browser: Browser) -> None:
    with open_file(browser, page, viewport={"width": width, "height": 900}) as opened:
        assert opened.page.evaluate(OVERFLOWING) == []
