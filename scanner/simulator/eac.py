"""The report "SMTP AUTH clients" as the simulated tenant's Exchange admin center exports it."""

import csv
import datetime as dt
import io
from collections import Counter

from scanner.simulator.diary import Diary
from scanner.simulator.truth import Method

_HEADINGS = ("Sender address", "Domain", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Messages sent", "Authentication Protocol")
_NAMES = {Method.BASIC: "Basic", Method.OAUTH_DELEGATED: "OAuth", Method.OAUTH_APP: "OAuth"}
_LONGEST = 90


def export_clients(diary: Diary, days: int = _LONGEST) -> tuple[str, str]:
    """Export the report.

    Args:
        diary: what the senders did.
        days: how far back, 90 at most.

    Returns:
        The file's name, which says the window, and its content.
    """
    end = diary.now.date()
    start = end - dt.timedelta(days=days - 1)
    counts: Counter[tuple[str, str]] = Counter()
    for attempt in diary.attempts:
        if attempt.sent and start <= attempt.moment.date() <= end:
            counts[attempt.mailbox.address, _NAMES[attempt.method]] += 1
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    for (address, protocol), count in sorted(counts.items()):
        writer.writerow((address, address.partition("@")[2], "0%", "0%", "100%", f"{count:,}", protocol))
    return f"smtp-auth-clients-{start.isoformat()}-{end.isoformat()}.csv", text.getvalue()
