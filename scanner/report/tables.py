"""Mailboxes as one pandas frame: where the cross tables of the report and the CSV come from."""

from typing import Final

import pandas as pd

from scanner.report.columns import MAILBOX_COLUMNS
from scanner.report.contract import Report
from scanner.report.language import Language

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a CSV cell that starts with one of these."""


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
    """Puts ``'`` before every text that a spreadsheet would run as a formula.

    Args:
        frame: Any frame.

    Returns:
        A frame of the same shape whose text is safe to write as CSV.
    """
    safe = frame.copy()
    for name in frame.columns[frame.dtypes == "str"]:
        armed = frame[name].str.startswith(FORMULA_STARTS)
        safe[name] = frame[name].mask(armed, "'" + frame[name])
    return safe
