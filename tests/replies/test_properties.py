"""However a reply is wrapped, quoted or cut, it stays the same reply; and no text makes the diagnosis fail."""

import html
import json
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.replies.catalogue import CATALOGUE
from scanner.replies.clients import shown_by_clients
from scanner.replies.diagnose import diagnose
from scanner.replies.entry import CatalogueEntry

PREFIXES = (
    "",
    "El servidor SMTP requiere una conexión segura o el cliente no se autenticó. La respuesta del servidor fue: ",
    "Für den SMTP-Server ist eine sichere Verbindung erforderlich. Die Serverantwort war: ",
    "SMTP サーバーには安全な接続が必要です。サーバーの応答: ",
    "错误",
    "Ошибка отправки! ",
)

entries = st.sampled_from([entry for entry in CATALOGUE if entry.sentence])
wrapped = entries.flatmap(
    lambda entry: st.tuples(
        st.just(entry), st.sampled_from([entry.line, *(shown.text for shown in shown_by_clients(entry))])
    )
)
quotes = st.sampled_from(["\n", "\r\n", "\n> ", "\n    ", "  ", "=\n ", "\n>> "])


def main_of(text: str) -> str:
    main = diagnose(text).main
    return main.key if main else ""


@given(wrapped, st.sampled_from(PREFIXES))
def test_a_client_and_a_foreign_prefix_do_not_change_the_reply(case: tuple[CatalogueEntry, str], prefix: str) -> None:
    entry, text = case
    assert main_of(prefix + text) == entry.key


@given(wrapped, st.data())
def test_line_wrapping_does_not_change_the_reply(case: tuple[CatalogueEntry, str], data: st.DataObject) -> None:
    entry, text = case
    words = text.split(" ")
    joints = data.draw(
        st.lists(st.one_of(st.just(" "), quotes), min_size=len(words) - 1, max_size=len(words) - 1), label="joints"
    )
    assert main_of(words[0] + "".join(joint + word for joint, word in zip(joints, words[1:], strict=True))) == entry.key


@given(wrapped, st.text("0123456789ABCDEFabcdef", min_size=16, max_size=16), st.integers(0, 80))
def test_the_server_tail_whole_or_cut_does_not_change_the_reply(
    case: tuple[CatalogueEntry, str], identity: str, length: int
) -> None:
    entry, text = case
    tail = f" [MN2PR05CA0004.namprd05.prod.outlook.com 2023-09-12T20:59:57.214Z {identity}]"
    assert main_of(text + tail[:length]) == entry.key


@given(wrapped, st.sampled_from([json.dumps, html.escape, repr, str.upper, str.lower]))
def test_escaping_and_case_do_not_change_the_reply(case: tuple[CatalogueEntry, str], change: object) -> None:
    entry, text = case
    assert callable(change)
    assert main_of(change(text)) == entry.key


@given(entries, st.sampled_from(["", "{} "]))
def test_a_reply_of_several_lines_is_one_reply(entry: CatalogueEntry, again: str) -> None:
    words = entry.sentence.split(" ")
    begin, end = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
    text = f"{entry.code}-{entry.enhanced} {begin}\n{entry.code} {again.format(entry.enhanced)}{end}"
    assert main_of(text) == entry.key


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    diagnose(text)


PIECES = (
    "535",
    "530-",
    "5.7.139",
    "5.7.57",
    " Error: ",
    "Authentication unsuccessful",
    ", account locked",
    "AADSTS53003",
    "[",
    "]",
    "\\",
    "\n",
    "b'",
    "&#",
    "<",
    "disabled for the ",
    "Tenant",
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(string.printable, max_size=5))).map("".join))
def test_no_jumble_of_replies_makes_it_fail(text: str) -> None:
    diagnosis = diagnose(text)
    assert (diagnosis.main is None) == (not diagnosis.found)
    assert diagnosis.found or diagnosis.unknown.message
    assert len(diagnosis.causes) == len(set(diagnosis.causes))


@pytest.mark.parametrize(
    "piece",
    [*PIECES, "a", " ", "5", ".", "5.7.3 ", "535 5.7.3 Authentication unsuccessful ", "<a", "5.7.\n", "[abcdef "],
)
def test_a_huge_text_takes_bounded_time(piece: str) -> None:
    started = time.perf_counter()
    diagnosis = diagnose("5. " + piece * (4_000_000 // len(piece)))
    assert time.perf_counter() - started < 10  # seconds; it takes a few tenths, a runaway pattern would take hours
    assert len(diagnosis.found) <= len(CATALOGUE)
