"""The digest of a snapshot: the same for the same evidence, however it was cut into pages."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.store.forms import encode_canonical


class RowsDigest:
    """Sums up the rows of one section as they pass."""

    __slots__ = ("_sum",)

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, rows: Sequence[Mapping[str, object]], *, tabular: bool) -> None:
        """Add rows: each as canonical JSON on a line of its own, after a mark for where it comes from."""
        mark = b"t" if tabular else b"o"
        for row in rows:
            self._sum.update(b"%c%b\n" % (mark, encode_canonical(row)))

    def hexdigest(self) -> str:
        """Give the SHA-256 so far."""
        return self._sum.hexdigest()


def digest_of(
    tenant: Tenant, sections: Mapping[str, SectionReport], rows: Mapping[str, str], remarks: Mapping[str, Text]
) -> str:
    """Make the SHA-256 of a whole snapshot.

    Args:
        tenant: Whose evidence it is.
        sections: What was read of each section, by name; one that an earlier version kept is told as it told it.
        rows: The SHA-256 of each section's rows, by name.
        remarks: What was remarked on the whole reading; where there is nothing, the digest is an earlier version's.
    """
    told = {name: _told_of(report) for name, report in sections.items()}
    whole = {"tenant": tenant, "sections": told, "rows": dict(rows)}
    if remarks:
        whole["remarks"] = dict(remarks)
    return hashlib.sha256(encode_canonical(whole)).hexdigest()


def _told_of(report: SectionReport) -> SectionReport:
    return msgspec.structs.replace(report, absent=msgspec.UNSET) if report.absent is None else report
