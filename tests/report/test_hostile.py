"""Hostile text in every text field of report.html, in a real browser: nothing runs, is fetched or is added.

Each defence is also switched off, to see that the test would notice.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import pytest
from playwright.sync_api import Browser, Page

from scanner.report import explorer, pages
from scanner.report.contract import Report
from scanner.report.explorer import escape_json
from scanner.report.write import write_run
from tests.report.browser import Opened, open_file, start_chromium, wait_until_ready
from tests.report.hostile import HOSTILE, SIGN, make_hostile

INJECTED = "img, iframe, object, embed, base, video, audio, marquee, template, portal, math, style + style, body link"
FOREIGN = f"""
() => {{
  const found = [...document.querySelectorAll({INJECTED!r})].map((element) => element.outerHTML.slice(0, 80));
  for (const element of document.querySelectorAll("*"))
    for (const {{ name, value }} of element.attributes)
      if (name.startsWith("on") || (element.tagName !== "META" && /^\\s*(javascript|data|vbscript):/i.test(value))
          || (name === "style" && !element.closest(".space")))
        found.push(`${{element.tagName}} ${{name}}`);
  if (document.title === {SIGN!r}) found.push("title");
  if (document.querySelectorAll("script:not([type])").length !== 1) found.push("scripts");
  if (document.querySelectorAll("form").length !== 1) found.push("forms");
  return found;
}}
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with start_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with one hostile mailbox, to which tests add what should never get in."""
    page = write_page(make_hostile(HOSTILE[:1]), tmp_path_factory.mktemp("small"))
    return page.read_text(encoding="utf-8")


def write_page(report: Report, folder: Path) -> Path:
    return write_run(report, folder / "run", ["html"]).files["html"]


def write_text(text: str, folder: Path) -> Path:
    page = folder / "page.html"
    page.write_text(text, encoding="utf-8")
    return page


def read_everything(page: Page, mailboxes: int) -> None:
    """Does what a reader does: opens all parts, then one mailbox after the other."""
    wait_until_ready(page)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.locator("#rows button.open").first.focus()
    for _ in range(mailboxes):
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowDown")


def misdeeds(opened: Opened) -> dict[str, Any]:
    foreign = opened.page.evaluate(FOREIGN)
    return opened.misdeeds() | ({"foreign": foreign} if foreign else {})


def test_the_corpus_has_four_hundred_different_strings() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) == 400
    assert sum(SIGN in text for text in HOSTILE) > 150


def test_every_string_stands_in_every_text_of_a_mailbox_and_a_policy() -> None:
    report = make_hostile()
    for text, mailbox, policy in zip(HOSTILE, report.mailboxes, report.tenant_posture.conditional_access, strict=True):
        assert text in mailbox.id
        assert mailbox.display_name == mailbox.address == policy.name == text
        assert {str(gate.because) for gate in mailbox.verdicts.basic.gates} == {text}
        assert str(policy.words[0]) == policy.exclusions[0].name == policy.exclusions[0].paths[0] == text


def test_a_page_full_of_hostile_text_does_nothing(chromium: Browser, tmp_path: Path) -> None:
    with open_file(chromium, write_page(make_hostile(), tmp_path)) as opened:
        read_everything(opened.page, mailboxes=12)
        assert misdeeds(opened) == {}
        assert opened.page.text_content("#count") == "400 of 400 mailboxes"


def single_fields(report: Report, text: str) -> Report:
    """Puts one string into every text that a report has only once."""
    tenant = {"id": text, "domain": text, "name": text}
    run = {"id": text, "tool_version": text}
    posture = {"default_authentication_policy": text, "conditional_access": [], "authentication_policies": []}
    return msgspec.structs.replace(
        report,
        tenant=msgspec.structs.replace(report.tenant, **tenant),
        run=msgspec.structs.replace(report.run, **run),
        tenant_posture=msgspec.structs.replace(report.tenant_posture, **posture),
        mailboxes=report.mailboxes[:1],
        history=None,
        announcements=[],
        controls=[],
    )


@pytest.mark.slow
def test_every_string_in_the_texts_that_a_report_has_once(chromium: Browser, tmp_path: Path) -> None:
    report = make_hostile(HOSTILE[:1])
    for number, text in enumerate(HOSTILE):
        with open_file(chromium, write_page(single_fields(report, text), tmp_path / str(number))) as opened:
            assert misdeeds(opened) == {}, text


@pytest.mark.parametrize("start", ["</title", "</style", '"><', '" on'])
def test_text_that_breaks_out_of_titles_styles_and_attributes(start: str, chromium: Browser, tmp_path: Path) -> None:
    text = next(text for text in HOSTILE if text.startswith(start))
    with open_file(chromium, write_page(single_fields(make_hostile([text]), text), tmp_path)) as opened:
        assert misdeeds(opened) == {}


def careless(**options: Any) -> jinja2.Environment:
    return jinja2.Environment(**options | {"autoescape": False})  # noqa: S701 (switched off to see what the tests see)


def test_without_escaping_the_browser_would_tell(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "Environment", careless)
    text = f'<img src=x onerror="alert(1)"><script>alert("{SIGN}")</script>'
    page = write_page(single_fields(make_hostile([text]), text), tmp_path)
    with open_file(chromium, page) as opened:
        found = misdeeds(opened)
        assert found["foreign"]
        assert {"script-src-elem", "img-src"} <= set(found["reports"]), "the policy is the second wall"
        assert opened.dialogs == []
    without = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    with open_file(chromium, write_text(without, tmp_path)) as opened:
        assert SIGN in opened.dialogs, "without the second wall the script runs"


@pytest.mark.parametrize(
    ("added", "directive"),
    [
        (f"<script>alert('{SIGN}')</script>", "script-src-elem"),
        (f"<img src=https://{SIGN}.example/x.png>", "img-src"),
        (f"<svg onload=\"alert('{SIGN}')\"></svg>", "script-src-attr"),
        ("<p style='color:red'>x</p>", "style-src-attr"),
        (f"<iframe src=https://{SIGN}.example/></iframe>", "frame-src"),
        (f"<link rel=stylesheet href=https://{SIGN}.example/x.css>", "style-src-elem"),
        (f"<object data=https://{SIGN}.example/x></object>", "object-src"),
        (f"<video src=https://{SIGN}.example/x></video>", "media-src"),
    ],
)
def test_the_policy_stops_what_would_be_let_in(
    added: str, directive: str, small: str, chromium: Browser, tmp_path: Path
) -> None:
    with open_file(chromium, write_text(small.replace("</main>", f"{added}</main>"), tmp_path)) as opened:
        wait_until_ready(opened.page)
        assert opened.reports() == [directive]
        assert opened.dialogs == []


@pytest.mark.parametrize("sink", ["document.body.innerHTML = '<b>x</b>'", "document.write('x')"])
def test_no_script_of_the_page_could_write_text_as_markup(
    sink: str, small: str, chromium: Browser, tmp_path: Path
) -> None:
    with open_file(chromium, write_text(small, tmp_path)) as opened:
        refused = opened.page.evaluate(f"() => {{ try {{ {sink}; return ''; }} catch (e) {{ return e.name; }} }}")
        assert refused == "TypeError"


EMBEDDED = '<!doctype html><title>fine</title><p id="out"></p><script type="application/json" id="data">{}</script>'


def embed(folder: Path) -> Path:
    plain = escape_json(msgspec.json.encode(list(HOSTILE))).decode()
    return write_text(EMBEDDED.replace("{}", plain), folder)


def test_json_inside_a_page_cannot_end_its_element(chromium: Browser, tmp_path: Path) -> None:
    with open_file(chromium, embed(tmp_path)) as opened:
        kept = opened.page.evaluate("JSON.parse(document.getElementById('data').textContent)")
        assert kept == list(HOSTILE)
        assert opened.misdeeds() == {}


def test_json_that_is_not_escaped_would_end_its_element(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "_ESCAPES", {})
    with open_file(chromium, embed(tmp_path)) as opened:
        assert SIGN in opened.dialogs
