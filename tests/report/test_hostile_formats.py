"""Four hundred hostile strings in every file of a run: read back whole, and nothing runs, opens or is fetched.

Of each defence a test shows that its absence would be seen: it switches the defence off and finds the harm.
"""

import csv
import io
import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ctypes.util import find_library
from pathlib import Path
from xml.etree import ElementTree as ET

import jinja2
import msgspec
import pytest
from junitparser import JUnitXml

from scanner.content import find_content
from scanner.report import pages, tables
from scanner.report.contract import Report
from scanner.report.formats import junit, pdf, pdf_child
from scanner.report.names import show_name
from scanner.report.tables import FORMULA_STARTS
from scanner.report.write import WrittenRun, write_run
from tests.report.hostile import HOSTILE, SIGN, make_hostile
from tests.report.sample import CASES, make_mailbox, make_report
from tests.report.test_pdf import render

FOR_PROGRAMS = ("csv", "csv-raw", "json", "ocsf", "junit")
needs_pango = pytest.mark.skipif(find_library("pangoft2-1.0") is None, reason="Pango is not installed")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    return write_run(make_hostile(), tmp_path_factory.mktemp("attacked") / "run", FOR_PROGRAMS)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A print of tenants, mailboxes and policies with hostile names; with usual verdicts, so that all are listed."""
    return write_run(name_all(HOSTILE), tmp_path_factory.mktemp("printed") / "run", ["pdf"])


def name_all(texts: tuple[str, ...]) -> Report:
    """Makes a report whose tenant, mailboxes and policies have these names."""
    mailboxes = [
        msgspec.structs.replace(make_mailbox(number, CASES[0], text, "user"), address=text)
        for number, text in enumerate(texts)
    ]
    report = make_report(mailboxes=mailboxes)
    policy = report.tenant_posture.conditional_access[0]
    policies = [msgspec.structs.replace(policy, id=str(place), name=text) for place, text in enumerate(texts)]
    return msgspec.structs.replace(
        report,
        tenant=msgspec.structs.replace(report.tenant, name=texts[0], domain=texts[1]),
        tenant_posture=msgspec.structs.replace(report.tenant_posture, conditional_access=policies),
    )


def read_csv(content: bytes, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def find_armed_cells(content: bytes, delimiter: str = ",") -> list[str]:
    """Finds cells that a spreadsheet would run, as it splits the file with this separator of its own."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_no_cell_of_the_csv_is_a_formula(attacked: WrittenRun) -> None:
    assert find_armed_cells(attacked.files["csv"].read_bytes()) == []


def test_the_csv_holds_every_name_behind_its_quote(attacked: WrittenRun) -> None:
    rows = read_csv(attacked.files["csv"].read_bytes(), "utf-8-sig")
    assert [row["display_name"].replace("'", "") for row in rows] == [text.replace("'", "") for text in HOSTILE]


def test_the_raw_csv_holds_every_name_as_it_is(attacked: WrittenRun) -> None:
    rows = read_csv(attacked.files["csv-raw"].read_bytes(), "utf-8")
    assert [row["display_name"] for row in rows] == list(HOSTILE)


def test_without_its_quotes_the_csv_would_be_armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "disarm_text", str)
    run = write_run(make_hostile(), tmp_path / "run", ["csv"])
    assert len(find_armed_cells(run.files["csv"].read_bytes())) > 300


# --- JSON, OCSF, JUnit -----------------------------------------------------------------------------------------------


def test_json_and_ocsf_hold_every_name_as_it_is(attacked: WrittenRun) -> None:
    report = json.loads(attacked.files["json"].read_bytes())
    assert [mailbox["display_name"] for mailbox in report["mailboxes"]] == list(HOSTILE)
    findings = json.loads(attacked.files["ocsf"].read_bytes())
    names = [finding["unmapped"].get("display_name", "") for finding in findings if "Mailbox" in str(finding)]
    assert [name for name in names if name] == [text for text in HOSTILE if text]


def test_junit_is_well_formed_and_holds_every_address(attacked: WrittenRun) -> None:
    (suite,) = [suite for suite in JUnitXml.fromfile(str(attacked.files["junit"])) if suite.name == "mailboxes"]
    told = [" ".join(case.name.split()) for case in suite]
    expected = [mailbox.address or mailbox.id for mailbox in make_hostile().mailboxes]
    assert told == [" ".join(junit.legal(text).split()) for text in expected]


def test_without_its_filter_junit_would_be_malformed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lxml refuses such text when it is set, Python's own writer lets it through: either way there is no document."""
    monkeypatch.setattr(junit, "legal", str)
    with pytest.raises((ValueError, ET.ParseError)):
        JUnitXml.fromfile(str(write_run(make_hostile(), tmp_path / "run", ["junit"]).files["junit"]))


# --- PDF -------------------------------------------------------------------------------------------------------------


def squeeze(text: str) -> str:
    """Leaves letters and signs of ASCII: a print breaks lines, and draws other scripts in its own order."""
    return re.sub(r"[^!-~]", "", text)


@needs_pango
@needs_poppler
def test_the_pdf_holds_every_name_as_text(printed: WrittenRun) -> None:
    command = ["pdftotext", "-raw", str(printed.files["pdf"]), "-"]
    text = squeeze(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    plain = [name for name in HOSTILE if name.isascii() and len(name) < 100 and name.isprintable()]
    assert len(plain) > 200
    assert [name for name in plain if squeeze(show_name(name)) not in text] == []


@needs_pango
def test_the_pdf_runs_and_opens_nothing(printed: WrittenRun) -> None:
    content = printed.files["pdf"].read_bytes()
    for word in (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/URI",
        b"/GoToR",
        b"/SubmitForm",
        b"/EmbeddedFile",
        b"/OpenAction",
    ):
        assert word not in content, word


@contextmanager
def listen() -> Iterator[tuple[str, list[bytes]]]:
    """Listens on this machine; gives its address and what was asked of it."""
    asked: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    link, _ = server.accept()
                except TimeoutError:
                    continue
                with link:
                    asked.append(link.recv(1000))
                    link.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/css\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", asked
        finally:
            done.set()
            thread.join()


def aim(address: str) -> tuple[str, ...]:
    """Aims those strings of the corpus that name a host at this machine."""
    texts = (text.replace(f"https://{SIGN}.example", f"http://{address}") for text in HOSTILE if f"//{SIGN}" in text)
    return tuple(text.replace(f"//{SIGN}.example", f"//{address}") for text in texts)


@needs_pango
def test_printing_hostile_names_fetches_nothing(tmp_path: Path) -> None:
    with listen() as (address, asked):
        texts = aim(address)
        run = write_run(name_all(texts), tmp_path / "run", ["pdf"])
    assert len(texts) > 40
    assert "pdf" in run.files
    assert asked == []


@needs_pango
def test_without_escaping_the_fetcher_still_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second defence stands alone: names become elements, and the renderer is refused what they ask for."""
    open_environment = pages._open_environment

    def open_without(language: object) -> jinja2.Environment:
        environment = open_environment(language)  # type: ignore[arg-type]
        environment.autoescape = False
        return environment

    monkeypatch.setattr(pages, "_open_environment", open_without)
    with listen() as (address, asked):
        write_run(name_all(aim(address)[:12]), tmp_path / "run", ["pdf"])
    assert asked == []


@needs_pango
def test_without_the_fetcher_the_listener_would_hear(tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    source = Path(pdf_child.__file__).read_text(encoding="utf-8")
    without = source.replace(", url_fetcher=BundledFetcher()", "")
    assert without != source
    child.write_text(without, encoding="utf-8")
    with listen() as (address, asked):
        page = f'<html lang="en"><link rel="stylesheet" href="http://{address}/x.css"><p>x</p>'
        render(page, find_content("reports") / "styles", child=child)
    assert len(asked) == 1


@needs_pango
def test_without_the_filter_a_separator_would_end_the_renderer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the corpus: a paragraph separator where a line breaks ends WeasyPrint, and costs the whole PDF."""
    (mailbox,) = make_report(1).mailboxes
    basic = mailbox.verdicts.basic
    reply = msgspec.structs.replace(basic.reply, text="word \u2029" * 60)  # type: ignore[type-var]
    verdicts = msgspec.structs.replace(mailbox.verdicts, basic=msgspec.structs.replace(basic, reply=reply))
    report = make_report(mailboxes=[msgspec.structs.replace(mailbox, verdicts=verdicts)])
    assert "pdf" in write_run(report, tmp_path / "with", ["pdf"]).files
    monkeypatch.setattr(pdf, "_UNPRINTABLE", re.compile("(?!)"))
    assert "pdf" in write_run(report, tmp_path / "without", ["pdf"]).missing


@needs_pango
@pytest.mark.slow
def test_a_print_with_hostile_text_in_every_field_is_made(tmp_path: Path) -> None:
    """Two hundred pages: gates, kinds, replies, reasons and remedies are hostile as well."""
    assert write_run(make_hostile(), tmp_path / "run", ["pdf"]).missing == {}
