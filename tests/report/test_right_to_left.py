"""Arabic: the page is mirrored, and what is typed or quoted still reads from left to right."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scanner.report.write import write_run
from tests.report.browser import open_file, start_chromium
from tests.report.judged import make_judged_report

READ_BACKWARDS = """() => {
  document.querySelectorAll("details").forEach((element) => { element.open = true; });
  const around = document.createRange();
  const found = [];
  for (const element of document.querySelectorAll("code, pre, .reply")) {
    const node = element.firstChild;
    if (!element.getClientRects().length || !/^[\\w(]/.test(node?.nodeValue ?? "")) continue;
    around.setStart(node, 0);
    around.setEnd(node, 1);
    const first = around.getBoundingClientRect();
    around.setStart(node, 3);
    around.setEnd(node, 4);
    const fourth = around.getBoundingClientRect();
    if (Math.abs(first.top - fourth.top) < 2 && fourth.left <= first.left) found.push(node.textContent.slice(0, 60));
  }
  return found;
}"""
RIGHT_OF = """(names) => {
  const [one, other] = names.map((name) => document.querySelector(name).getBoundingClientRect().left);
  return one > other;
}"""


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = write_run(make_judged_report(), tmp_path_factory.mktemp("arabic") / "run", ["html"], language="ar")
    return run.files["html"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_chromium() as opened:
        yield opened


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_lies_beside_the_page(width: int, arabic: Path, browser: Browser) -> None:
    """A link that is hidden far to the left makes a page as wide as that, once it runs from right to left."""
    with open_file(browser, arabic, viewport={"width": width, "height": 900}) as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width


def test_the_page_is_mirrored(arabic: Path, browser: Browser) -> None:
    with open_file(browser, arabic, viewport={"width": 1280, "height": 900}) as opened:
        assert opened.page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
        assert opened.page.evaluate(RIGHT_OF, [".hero-text", ".hero-ring"])
        assert opened.page.evaluate(RIGHT_OF, ["#rows thead th:first-child", "#rows thead th:last-child"])


def test_replies_and_commands_read_from_left_to_right(arabic: Path, browser: Browser) -> None:
    """535 5.7.139 would otherwise be shown as 5.7.139 535: digits don't decide a direction."""
    with open_file(browser, arabic, viewport={"width": 1280, "height": 900}) as opened:
        assert opened.page.locator("code").count() > 20
        assert opened.page.locator(".reply").count() > 0
        assert opened.page.evaluate(READ_BACKWARDS) == []
