"""Everybody can read report.html: axe finds nothing, in the light, in the dark, on a phone, with a mailbox open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scanner.report.write import write_run
from tests.report.browser import open_file, start_chromium, wait_until_ready
from tests.report.sample import make_full_report

WIDE = {"width": 1280, "height": 900}
VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 390, "height": 800}},
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with start_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(make_full_report(), tmp_path_factory.mktemp("axe") / "run", ["html"]).files["html"]


def findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(view: str, chromium: Browser, path: Path) -> None:
    with open_file(chromium, path, bypass_csp=True, **VIEWS[view]) as opened:
        page = opened.page
        wait_until_ready(page)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert findings(page) == []
        page.locator("#rows button.open").first.click()
        page.wait_for_selector("#detail[open]")
        assert findings(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(width: int, chromium: Browser, path: Path) -> None:
    with open_file(chromium, path, viewport={"width": width, "height": 800}) as opened:
        wait_until_ready(opened.page)
        opened.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_drawing_has_a_title(chromium: Browser, path: Path) -> None:
    with open_file(chromium, path) as opened:
        untitled = opened.page.evaluate(
            "[...document.querySelectorAll('svg')].filter((drawing) => drawing.firstElementChild?.tagName !== 'title'"
            " || !drawing.firstElementChild.textContent.trim()).length"
        )
        assert untitled == 0
        assert opened.page.locator("svg").count() > 10


def test_the_print_hides_what_needs_a_screen(chromium: Browser, path: Path) -> None:
    with open_file(chromium, path) as opened:
        wait_until_ready(opened.page)
        opened.page.emulate_media(media="print")
        assert opened.page.locator("#all").is_hidden()
        assert opened.page.locator(".contents").is_hidden()
        assert opened.page.locator("#summary").is_visible()


def test_a_partial_run_is_marked_wherever_the_reader_is(chromium: Browser, tmp_path: Path) -> None:
    report = make_full_report()
    run = msgspec.structs.replace(report.run, partial=True)
    folder = tmp_path / "run"
    path = write_run(msgspec.structs.replace(report, run=run), folder, ["html"]).files["html"]
    with open_file(chromium, path, viewport=WIDE) as opened:
        opened.page.evaluate("document.getElementById('notes').scrollIntoView()")
        assert opened.page.locator(".partial-mark").is_visible()
