"""The table of all mailboxes in a real browser: searched, filtered, sorted, walked by keyboard, drilled into."""

import hashlib
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from scanner.content import find_content
from scanner.report.cases import Cases
from scanner.report.language import open_language
from scanner.report.write import WrittenRun, write_run
from tests.report.browser import open_file, start_chromium, wait_until_ready
from tests.report.sample import make_mailboxes, make_report


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with start_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A page of three thousand mailboxes."""
    return write_run(make_report(3000), tmp_path_factory.mktemp("large") / "run", ["html"])


@pytest.fixture(scope="module")
def opened(chromium: Browser, large: WrittenRun) -> Iterator[Page]:
    with open_file(chromium, large.files["html"]) as found:
        wait_until_ready(found.page)
        yield found.page
        assert found.misdeeds() == {}


@pytest.fixture
def page(opened: Page) -> Page:
    """The page with all rows and no open mailbox."""
    if opened.locator("#detail[open]").count():
        opened.keyboard.press("Escape")
    opened.locator("#clear").click()
    return opened


def count_of(page: Page) -> int:
    return int((page.text_content("#count") or "").partition(" ")[0].replace(",", ""))


def wait_for_count(page: Page, count: int) -> None:
    expect(page.locator("#count")).to_have_text(re.compile(f"^{count} "))


def choose(page: Page, name: str, title: str) -> int:
    """Chooses an option of a filter by the start of its title, and gives the number that it promises."""
    option = page.locator(f"#by-{name} option", has_text=re.compile(f"^{re.escape(title)}")).first
    label = option.text_content() or ""
    page.select_option(f"#by-{name}", label=label)
    return int(label.rpartition("(")[2].rstrip(")").replace(",", ""))


def test_only_rows_in_sight_are_in_the_document(page: Page) -> None:
    assert count_of(page) == 3000
    assert page.locator("#rows tbody tr").count() < 60
    assert page.locator("#rows").get_attribute("aria-rowcount") == "3001"


def test_a_search_finds_names_and_addresses(page: Page) -> None:
    expected = [mailbox for mailbox in make_mailboxes(3000) if "moreau" in mailbox.display_name.lower()]
    page.fill("#find", "MOREAU")
    wait_for_count(page, len(expected))
    assert "Moreau" in (page.locator("#rows .name").first.text_content() or "")
    page.fill("#find", f"{expected[0].address} moreau")
    wait_for_count(page, 1)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("flag", "Exposed"),
        ("basic", "Refused"),
        ("gate", "SMTP AUTH switch"),
        ("kind", "Shared"),
        ("use", "Sends with a password"),
        ("reply", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    ],
)
def test_a_filter_keeps_as_many_rows_as_it_promises(name: str, title: str, page: Page) -> None:
    promised = choose(page, name, title)
    assert 0 < count_of(page) == promised < 3000


def test_filters_add_up_and_are_cleared_together(page: Page) -> None:
    choose(page, "flag", "Would fail")
    both = choose(page, "gate", "Account")
    assert 0 < count_of(page) < both
    page.locator("#clear").click()
    assert count_of(page) == 3000


def test_a_column_sorts_up_and_down(page: Page) -> None:
    names = page.locator("#rows .name")
    page.click("button[data-sort=name]")
    first = names.first.text_content()
    assert page.locator("#rows .col-name").get_attribute("aria-sort") == "ascending"
    page.click("button[data-sort=name]")
    assert page.locator("#rows .col-name").get_attribute("aria-sort") == "descending"
    assert names.first.text_content() != first


def test_the_end_of_the_list_is_reached_by_one_key(page: Page) -> None:
    page.locator("#rows button.open").first.focus()
    page.keyboard.press("End")
    expect(page.locator("button.open[data-place='2999']")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("button.open[data-place='2998']")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("button.open[data-place='0']")).to_be_focused()


def test_a_mailbox_opens_with_its_chain_of_gates_and_closes_to_where_the_reader_was(page: Page) -> None:
    choose(page, "gate", "Account")
    page.locator("#rows button.open").first.focus()
    place = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("Enter")
    sheet = page.locator("#detail[open]")
    assert sheet.locator(".step").count() == 5
    assert sheet.locator(".step.deciding .mark").text_content() == "✕"
    told = sheet.text_content() or ""
    for words in ("535 5.7.139", "530 5.7.57", "What opens it", "Portal", "Undo", "accountEnabled"):
        assert words in told
    assert "<address>" not in told
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.place") == place


def test_a_part_of_the_report_leads_to_its_mailboxes(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.locator("a[data-filter=flag][data-value=would_fail]").click()
    assert page.locator("#by-flag").evaluate("select => select.selectedOptions[0].textContent").startswith("Would fail")
    assert count_of(page) < 3000


def test_the_summary_is_readable_without_script(chromium: Browser, large: WrittenRun) -> None:
    with open_file(chromium, large.files["html"], java_script_enabled=False) as opened:
        assert opened.page.locator("#explorer").is_hidden()
        assert "This table needs scripts." in opened.page.locator("#all").inner_text()
        assert opened.page.locator("h1").is_visible()
        assert opened.page.locator("#would_fail .chain").first.is_visible()


def test_a_browser_that_cannot_unpack_says_so(chromium: Browser, large: WrittenRun) -> None:
    context = chromium.new_context()
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(large.files["html"].as_uri())
    page.wait_for_selector("#explorer-failed:not([hidden])")
    assert "can't unpack" in (page.text_content("#explorer-failed") or "")
    context.close()


def test_vendored_files_are_those_of_the_package() -> None:
    folder = find_content("reports") / "vendor"
    for library in tomllib.loads((folder / "vendor.toml").read_text())["library"]:
        assert library["licence"] == "MIT"
        kept = {path.name: path for path in (folder / library["folder"]).iterdir()}
        assert library["sha256"].keys() == kept.keys()
        for name, digest in library["sha256"].items():
            assert hashlib.sha256(kept[name].read_bytes()).hexdigest() == digest, name


def test_the_page_carries_the_licence_of_what_it_holds(large: WrittenRun) -> None:
    text = large.files["html"].read_text(encoding="utf-8")
    assert "Copyright (c) 2021-present Tanner Linsley" in text
    assert "sourceMappingURL" not in text


def test_mailboxes_that_share_their_verdicts_are_told_once() -> None:
    mailboxes = make_mailboxes(400)
    cases = Cases(open_language("en"), {})
    places = [cases.place(mailbox) for mailbox in mailboxes]
    assert len(cases.found) == len(set(places)) < 20
    alike = msgspec.structs.replace(mailboxes[0], address="other@contoso.example")
    assert cases.place(alike) == places[0]


@pytest.mark.slow
def test_a_hundred_thousand_mailboxes_open_in_two_seconds_and_fit_into_25_megabytes(
    chromium: Browser, tmp_path: Path
) -> None:
    run = write_run(make_report(mailboxes=make_mailboxes(100_000)), tmp_path / "run", ["html"])
    assert run.files["html"].stat().st_size < 25_000_000
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        with open_file(chromium, run.files["html"]) as opened:
            opened.page.wait_for_selector("#count:not(:empty)", timeout=30_000)
            seconds.append(time.monotonic() - began)
            assert opened.page.text_content("#count") == "100,000 of 100,000 mailboxes"
    assert min(seconds) < 2 * SLACK, seconds


SLACK = 3
"""Machines that run tests do other things too; alone, the page opens in less than half of the two seconds."""
