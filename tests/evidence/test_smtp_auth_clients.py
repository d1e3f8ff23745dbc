"""Exports of the Exchange admin center's report: any language, any order of columns, any way to write a number."""

import datetime as dt
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.row import FILE, Row, RowError
from scanner.evidence.sections.smtp_auth_clients import ADDRESS_HEADINGS, MESSAGES_HEADINGS, SECTION, parse
from scanner.model.section import SectionState
from scanner.model.use import ClientRow, Protocol
from scanner.sources.folder import FolderSource
from tests.support.sink import InMemorySink

HEADER = "Sender address,Domain,TLS 1.0,TLS 1.1,TLS 1.2,Messages sent,Authentication Protocol"
ENGLISH = {
    "Sender address": "scanner@contoso.example",
    "Domain": "contoso.example",
    "TLS 1.0": "0%",
    "TLS 1.1": "0.0%",
    "TLS 1.2": "100%",
    "Messages sent": "1,204",
    "Authentication Protocol": "Basic",
}


def read(cells: dict[str, str]) -> ClientRow:
    return parse(Row(cells, blank_is_null=True))


def test_the_report_as_it_is_exported() -> None:
    """Sender, protocol, messages, and whether old TLS was used."""
    found = read(ENGLISH)
    assert found == ClientRow(address="scanner@contoso.example", protocol=Protocol.BASIC, messages=1204, old_tls=False)


@pytest.mark.parametrize(
    ("word", "protocol"),
    [
        ("Basic", Protocol.BASIC),
        ("Basic auth", Protocol.BASIC),
        ("Standardauthentifizierung", Protocol.BASIC),
        ("Autenticación básica", Protocol.BASIC),
        ("Базова", Protocol.BASIC),
        ("OAuth", Protocol.OAUTH),
        ("OAuth 2.0", Protocol.OAUTH),
        ("Moderne Authentifizierung", Protocol.OAUTH),
        ("", Protocol.NOT_TOLD),
        ("n/a", Protocol.NOT_TOLD),
    ],
)
def test_the_protocol_in_its_words(word: str, protocol: Protocol) -> None:
    """What isn't understood is not told, never Basic."""
    assert read({**ENGLISH, "Authentication Protocol": word}).protocol is protocol


def test_an_export_without_the_protocols_column() -> None:
    """As they were before October 2024."""
    assert (
        read({key: ENGLISH[key] for key in ("Sender address", "Domain", "Messages sent")}).protocol is Protocol.NOT_TOLD
    )


def test_a_domain_that_sounds_like_a_protocol_is_none() -> None:
    """Only what stands under such a heading, or says nothing else, is a protocol."""
    cells = {
        "Sender address": "a@basic.example",
        "Domain": "basic.example",
        "Name": "Basic printer",
        "Messages sent": "3",
    }
    assert read(cells).protocol is Protocol.NOT_TOLD


ADDRESSES = st.from_regex(r"[a-z][a-z0-9.-]{0,12}@[a-z]{1,8}\.example", fullmatch=True)
SEPARATORS = st.sampled_from([",", ".", " ", "\u00a0", "\u202f", "'", "\u2019", ""])
# Columns that the test gives a meaning of their own; headings are found in any case.
TAKEN = {"protocol", FILE.lower(), *MESSAGES_HEADINGS}
UNKNOWN_HEADINGS = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1).filter(
    lambda heading: heading.upper().lower() not in TAKEN
)


@given(
    heading=st.sampled_from(sorted(ADDRESS_HEADINGS)) | UNKNOWN_HEADINGS,
    count_heading=st.sampled_from(sorted(MESSAGES_HEADINGS)) | st.just("???"),
    address=ADDRESSES,
    count=st.integers(0, 99_999_999),
    separator=SEPARATORS,
    order=st.randoms(use_true_random=False),
)
def test_any_headings_any_order_any_digits(
    heading: str, count_heading: str, address: str, count: int, separator: str, order: st.DataObject
) -> None:
    """A known heading is found in any case; of unknown ones the contents tell."""
    written = f"{count:,}".replace(",", separator)
    cells = [(heading.upper(), address), ("TLS 1.2", "100%"), (count_heading, written), ("Protocol", "OAuth")]
    order.shuffle(cells)  # type: ignore[attr-defined]
    found = read(dict(cells))
    assert (found.address, found.messages, found.protocol) == (address, count, Protocol.OAUTH)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=6))
def test_any_cells_are_read_or_refused(cells: dict[str, str]) -> None:
    """Nothing but a refusal."""
    with suppress(RowError):
        assert read(cells).messages >= 0


@pytest.mark.parametrize(
    "cells",
    [
        {"Sender address": "nobody", "Messages sent": "3"},
        {"Sender address": "a@b.example", "Messages sent": "many"},
        {"Sender address": "a@b.example", "One": "3", "Two": "4"},
    ],
)
def test_what_names_no_sender_or_no_number_is_refused(cells: dict[str, str]) -> None:
    """A guess would be a number that nobody observed."""
    with pytest.raises(RowError):
        read(cells)


@pytest.mark.parametrize(
    ("file", "cells", "start", "end"),
    [
        ("smtp-auth-clients-2026-10-01-2026-10-31.csv", {}, dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
        ("smtp-auth-clients_20261001_20261031.csv", {}, dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
        ("smtp-auth-clients-2026-10-31.csv", {}, None, dt.date(2026, 10, 31)),
        ("smtp-auth-clients.csv", {}, None, None),
        ("smtp-auth-clients-2026-13-41.csv", {}, None, None),
        ("smtp-auth-clients.csv", {"Date": "2026-10-05"}, dt.date(2026, 10, 5), dt.date(2026, 10, 5)),
        (
            "smtp-auth-clients.csv",
            {"Start date": "2026-10-05", "End date": "2026-10-11"},
            dt.date(2026, 10, 5),
            dt.date(2026, 10, 11),
        ),
    ],
)
def test_the_window_comes_from_columns_or_the_files_name(
    file: str, cells: dict[str, str], start: dt.date | None, end: dt.date | None
) -> None:
    """Two days are a window, one day is its end."""
    found = read({**ENGLISH, **cells, FILE: file})
    assert (found.start, found.end) == (start, end)


def test_several_exports_side_by_side_and_in_a_folder(tmp_path: Path) -> None:
    """All tables whose names begin like the section are read, and each row knows its file."""
    (tmp_path / "smtp-auth-clients.csv").write_text(f"{HEADER}\na@b.example,b.example,0%,0%,100%,1,Basic\n")
    (tmp_path / "SMTP AUTH clients (2).csv").write_text(f"{HEADER}\na@b.example,b.example,0%,0%,100%,2,Basic\n")
    inside = tmp_path / "smtp-auth-clients"
    inside.mkdir()
    (inside / "october.csv").write_text(f"{HEADER}\na@b.example,b.example,0%,0%,100%,3,Basic\n", encoding="utf-16")
    sink = InMemorySink()
    source = FolderSource(tmp_path, [SECTION])
    source.collect(sink, sink)
    assert sink.reports["smtp-auth-clients"].state is SectionState.COMPLETE
    assert {(row[FILE], row["Messages sent"]) for row in sink.rows["smtp-auth-clients"]} == {
        ("smtp-auth-clients.csv", "1"),
        ("SMTP AUTH clients (2).csv", "2"),
        ("smtp-auth-clients/october.csv", "3"),
    }
    assert source.notes == []
