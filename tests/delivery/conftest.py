"""A finished run to deliver, and the parcel made of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.delivery.interface import Enclosure, Parcel
from scanner.model.letter import LETTER_SCHEMA, Letter
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_report

MakeParcel = Callable[..., Parcel]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A run folder with everything that can be sent."""
    folder = tmp_path_factory.mktemp("delivery") / "run"
    return write_run(make_report(complete=False), folder, ("html", "pdf", "xlsx", "csv", "json", "letter"))


@pytest.fixture
def parcel(tmp_path: Path) -> MakeParcel:
    """Makes a parcel with files of given sizes."""

    def make(
        recipient: str = "ops@contoso.example",
        sender: str = "reports@contoso.example",
        subject: str = "SMTP AUTH of Contoso: 2 senders are failing now.",
        **sizes: int,
    ) -> Parcel:
        for name, size in sizes.items():
            (tmp_path / f"report.{name}").write_bytes(b"%" * size)
        return Parcel(
            letter=Letter(
                schema=LETTER_SCHEMA,
                tenant_id="11111111-1111-1111-1111-111111111111",
                run_id="20261201T060000Z-aaaaaa",
                language="en",
                complete=True,
                subject=subject,
                summary="2 senders are failing now.",
                text="2 senders are failing now: scanner@contoso.example.\n",
                html="<!doctype html><p>2 senders are failing now</p><!--enclosures--></html>",
                left_out="Not attached, because the mail would get too large: {files}.",
                attached="Attached: {files}.",
            ),
            recipient=recipient,
            sender=sender,
            enclosures=tuple(
                Enclosure(
                    name=f"report.{name}", path=tmp_path / f"report.{name}", media_type="application/octet-stream"
                )
                for name in sizes
            ),
            left_out=(),
            mark="contoso monthly-audit 2026-12",
        )

    return make
