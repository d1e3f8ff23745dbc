"""CSV of every maker gives the same rows."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.sources.folder.item import FileError
from scanner.sources.folder.tables import read_csv

SAME = [{"Address": "a@x.example", "Disabled": "True"}, {"Address": "b@x.example", "Disabled": ""}]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=8)


def rows_of(path: Path, content: bytes) -> list[object]:
    path.write_bytes(content)
    return list(read_csv(path, path.name))


def trouble_of(path: Path, content: bytes) -> str:
    with pytest.raises(FileError) as caught:
        rows_of(path, content)
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mailboxes.csv"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text",
    [
        "Address,Disabled\na@x.example,True\nb@x.example,\n",
        "Address;Disabled\r\na@x.example;True\r\nb@x.example;\r\n",
        "Address\tDisabled\na@x.example\tTrue\n\nb@x.example\t",
        '"Address","Disabled"\r\n"a@x.example","True"\r\n"b@x.example",\r\n',
        '#TYPE Selected.PSCustomObject\r\n"Address","Disabled"\r\n"a@x.example","True"\r\n"b@x.example",""\r\n',
        "sep=;\nAddress;Disabled\na@x.example;True\nb@x.example;\n",
        " Address , Disabled,\na@x.example,True,\nb@x.example,,\n",
    ],
)
def test_every_maker_and_encoding_gives_the_same_rows(path: Path, text: str, encoding: str) -> None:
    assert rows_of(path, text.encode(encoding)) == SAME


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(cells, cells).filter(any)),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(ENCODINGS),
)
def test_what_was_written_is_read(path: Path, table: list[tuple[str, str]], delimiter: str, encoding: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("One", "Two"), *table])
    expected = [{"One": one, "Two": two} for one, two in table]
    assert rows_of(path, stream.getvalue().encode(encoding)) == expected


def test_a_header_alone_is_an_empty_list(path: Path) -> None:
    assert rows_of(path, b"Address,Disabled\r\n") == []


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b"#TYPE X\n"])
def test_a_file_without_a_header_is_told(path: Path, content: bytes) -> None:
    assert "is empty" in trouble_of(path, content)


def test_a_line_of_another_width_is_named(path: Path) -> None:
    first, second, third = rows_of(path, b"A,B\n1,2\n1\n1,2,3\n")
    assert first == {"A": "1", "B": "2"}
    assert str(second) == "mailboxes.csv, line 3: 1 cells under 2 columns."
    assert str(third) == "mailboxes.csv, line 4: 3 cells under 2 columns."


def test_a_quotation_that_does_not_end_is_named(path: Path) -> None:
    assert trouble_of(path, b'A,B\n1,"2\n3,4\n').startswith("mailboxes.csv, line 3: the table is broken here")


def test_two_columns_of_one_name_are_refused(path: Path) -> None:
    assert trouble_of(path, b"Id,id\n1,2\n") == "mailboxes.csv has two columns of the name id."


def test_another_encoding_is_told(path: Path) -> None:
    assert "is not in utf-8" in trouble_of(path, "Name,B\nRené,1\n".encode("cp1252"))
