"""Mailboxes as one pandas frame: where the cross tables of the report and the CSV come from."""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from scanner.report.columns import MAILBOX_COLUMNS
from scanner.report.contract import MonthPart, Report
from scanner.report.language import Language
from scanner.report.words import FLAG_TITLES

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


def frame_codes(report: Report) -> pd.DataFrame:
    """Makes the frame of what mailboxes are counted by; it is small, whatever their number.

    Args:
        report: The report.

    Returns:
        One row per mailbox; categories under ``kind``, ``flag``, ``basic`` and ``decided_by``, ``""`` for none.
    """
    codes: dict[str, list[str]] = {
        "kind": [mailbox.kind for mailbox in report.mailboxes],
        "flag": [mailbox.flag for mailbox in report.mailboxes],
        "basic": [mailbox.verdicts.basic.outcome for mailbox in report.mailboxes],
        "decided_by": [mailbox.verdicts.basic.decided_by or "" for mailbox in report.mailboxes],
    }
    return pd.DataFrame({name: pd.Categorical(values) for name, values in codes.items()})


def frame_trend(months: Sequence[MonthPart]) -> pd.DataFrame:
    """Makes the frame of the trend.

    Args:
        months: Earlier runs, one per month, oldest first.

    Returns:
        One row per month, indexed by it: ``mailboxes``, ``senders`` (missing where use was not read), one column per
        flag, and ``change``: flagged mailboxes more or less than in the month before.
    """
    flags = [flag for flag in FLAG_TITLES if any(flag in month.by_flag for month in months)]
    frame = pd.DataFrame(
        [
            {"mailboxes": month.mailboxes, "senders": month.senders, **{f: month.by_flag.get(f, 0) for f in flags}}
            for month in months
        ],
        index=[month.month for month in months],
        columns=["mailboxes", "senders", *flags],
    )
    flagged = frame[[flag for flag in flags if flag != "in_order"]].sum(axis=1)
    return frame.assign(change=flagged.diff())


def cross(frame: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Counts mailboxes by two columns; those without a value in one of them are left out.

    Args:
        frame: From `frame_codes`.
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
