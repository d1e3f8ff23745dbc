"""Mailboxes as one pandas frame: where the cross tables of the report and the CSV come from."""

import re
from typing import Final

import pandas as pd

from scanner.report.columns import MAILBOX_COLUMNS
from scanner.report.contract import Report
from scanner.report.language import Language

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet runs a CSV cell that starts with one of these, or with what it trims to one; East Asian ones take the
full-width forms (OWASP, CSV injection)."""

_CELL_STARTS: Final = re.compile(r"(^(?=[=+\-@\t\r\n＝＋－＠])|(?!^)[;\r\n](?=[=+\-@＝＋－＠]))")
"""Where a formula could start. After a semicolon or the end of a line too: a spreadsheet whose language separates with
semicolons splits a file with commas there."""


def frame_mailboxes(report: Report, language: Language) -> pd.DataFrame:
    """Makes the frame of all mailboxes.

    Args:
        report: The report.
        language: The language of its sentences.

    Returns:
        One row per mailbox in the order of the report; the columns of `MAILBOX_COLUMNS` under their names, text where
        not a count; counts are nullable integers.
    """
    columns = {
        column.name: [language.cell(column.read(mailbox)) for mailbox in report.mailboxes] for column in MAILBOX_COLUMNS
    }
    frame = pd.DataFrame(columns)
    counts = ["use_basic", "use_oauth", "use_window_days"]
    return frame.astype(dict.fromkeys(counts, "Int64") | {name: "str" for name in columns if name not in counts})


def frame_rows(report: Report, language: Language) -> pd.DataFrame:
    """Makes the frame of all mailboxes with what lets a row stand alone, in a pile of many runs' rows.

    Args:
        report: The report.
        language: The language of its sentences.

    Returns:
        The frame of `frame_mailboxes`, and the same tenant, run and date in every row.
    """
    return frame_mailboxes(report, language).assign(
        tenant_id=report.tenant.id, tenant_domain=report.tenant.domain, run_id=report.run.id, as_of=report.run.as_of
    )


def cross(frame: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Counts mailboxes by two columns; those without a value in one of them are left out.

    Args:
        frame: From `frame_mailboxes`.
        rows: Name of the column that gives the rows.
        columns: Name of the column that gives the columns.

    Returns:
        Counts, indexed by the values of ``rows``, one column per value of ``columns``; most mailboxes first.
    """
    counted = frame[(frame[rows] != "") & (frame[columns] != "")]
    table = pd.crosstab(counted[rows], counted[columns])
    return table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def disarm(frame: pd.DataFrame) -> pd.DataFrame:
    """Puts ``'`` before every text, or part of one, that a spreadsheet would run as a formula.

    Args:
        frame: Any frame.

    Returns:
        A frame of the same shape whose text is safe to write as CSV.
    """
    safe = frame.copy()
    for name in frame.columns[frame.dtypes == "str"]:
        safe[name] = frame[name].map(disarm_text)
    return safe


def disarm_text(text: str) -> str:
    """Puts ``'`` before a text, and before each part of it, that a spreadsheet would run as a formula."""
    return _CELL_STARTS.sub(r"\1'", text)
