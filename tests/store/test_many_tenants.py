"""Many tenants in one store at a time: nothing of one is in a file, a row or a message of another (trust.md R15)."""

import contextlib
import io
import json
import random
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from scanner.app.history import differ
from scanner.app.job import Job, Waiver
from scanner.app.run import run_job, utc_now
from scanner.app.sources import folder_source
from scanner.sources.interface import Trouble
from scanner.store import Store
from scanner.store.chain import first_break
from tests.support import folder as tenant

CANARY = re.compile(r"canary(\d{5})x")
ROUNDS = 2
SEED = 20261123


class Ear:
    """Hears what a run tells people."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        self.heard.append(f"{section} {rows} {expected}")

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        self.heard.append(f"{section} {rows} {trouble or ''}")

    def wait(self, why: str, seconds: float) -> None:
        self.heard.append(f"{why} {seconds}")

    def tell(self, sentence: str) -> None:
        self.heard.append(sentence)


def canary(number: int) -> str:
    return f"canary{number:05}x"


def guid(number: int, text: str) -> str:
    """Give an id the tenant's own canary: ids of two tenants are never the same."""
    return f"{number:08d}-{text[9:]}"


def files_of(number: int, round_: int) -> tenant.Files:
    """Give the evidence of one tenant: every name, address and id has its canary."""
    mark = canary(number)
    text = json.dumps(tenant.files()).replace("fabrikam.example", f"{mark}.example").replace("Fabrikam", mark)
    text = re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        lambda found: found[0] if found[0] == tenant.ADMIN_ROLE else guid(number, found[0]),
        text,
    )
    for name in ("Allow SMTP", "Block Basic", "Office", "Senders", "Travellers", "MFA for admins"):
        text = text.replace(name, f"{name} {mark}")
    files: tenant.Files = json.loads(text)
    for row in files["mailboxes"]:
        row["DisplayName"] = f"{row['DisplayName']} {mark}"
    files["tenant"]["collectedAt"] = f"2026-{10 + round_}-01T08:00:00Z"
    if round_:
        files["mailboxes"][0]["DisplayName"] = f"Renamed {mark}"
    return files


def scan(root: Path, url: str, number: int, round_: int, formats: tuple[str, ...]) -> str:
    """Import one tenant; give what the run told."""
    folder = tenant.write(root / f"{number}-{round_}", files_of(number, round_))
    ear = Ear()
    waiver = Waiver(
        mailbox=f"anna@{canary(number)}.example", flag="exposed", reason=canary(number), owner=canary(number),
        expires=utc_now().date(),
    )  # fmt: skip
    job = Job(
        as_of=utc_now().date(), out=root / "runs" / str(number), formats=formats, store_url=url, waivers=(waiver,)
    )
    run_job(folder_source(folder), job, ear)
    return "\n".join(ear.heard)


def scan_all(root: Path, url: str, count: int, formats: tuple[str, ...], together: int) -> dict[int, str]:
    """Import all tenants, each several times, in an order of chance and many at a time; give what each run told."""
    dice = random.Random(SEED)  # noqa: S311 -- it must repeat
    told: dict[int, str] = {}
    for round_ in range(ROUNDS):
        order = list(range(count))
        dice.shuffle(order)
        with ThreadPoolExecutor(together) as pool:
            said = pool.map(lambda number, turn=round_: scan(root, url, number, turn, formats), order)
            for number, words in zip(order, said, strict=True):
                told[number] = told.get(number, "") + words
    return told


def foreign(text: str, number: int) -> set[str]:
    """Give the canaries of others in a text, by name or by id."""
    ids = re.findall(r"(\d{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
    named = {int(found) for found in CANARY.findall(text)} | {int(found) for found in ids if int(found) < 10_000}
    return {canary(other) for other in named - {number}}


def plain(value: object) -> str:
    if isinstance(value, memoryview):
        value = bytes(value)
    if not isinstance(value, bytes):
        return str(value)
    with contextlib.suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("latin-1")


def check_rows(url: str, count: int) -> int:
    """Every row of every table names its own tenant only; give how many rows there were."""
    engine, rows = sa.create_engine(url), 0
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings() if "tenant_id" in table.c else ():
                number = int(row["tenant_id"][:8])
                assert number < count
                assert foreign("\n".join(map(plain, row.values())), number) == set(), table.name
                rows += 1
    engine.dispose()
    return rows


def check(root: Path, url: str, count: int, told: dict[int, str]) -> None:
    """No foreign canary anywhere; and each tenant has its own runs, chain and history."""
    for number in range(count):
        for path in (root / "runs" / str(number)).rglob("*"):
            if path.is_file():
                content = path.read_bytes().decode("latin-1")
                assert canary(number) in content or path.suffix in {".json", ".ps1", ".pdf", ".xlsx", ".html", ".sig"}
                assert foreign(content, number) == set(), path
        assert foreign(told[number], number) == set()
    assert check_rows(url, count) > count * ROUNDS * 20
    with Store.open(url) as store:
        for number in range(count):
            mine = store.runs(guid(number, tenant.TENANT_ID))
            assert len(mine) == ROUNDS
            links = store.links(mine[0].tenant_id)
            assert (len(links), first_break(links)) == (ROUNDS, None)
            changes = differ(store, mine[0].id, mine[1].id).changes
            assert [(change.kind, change.after) for change in changes] == [
                ("mailbox_renamed", f"Renamed {canary(number)}")
            ]


def test_twenty_tenants_at_a_time_share_a_store_and_nothing_else(url: str, tmp_path: Path) -> None:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        told = scan_all(tmp_path, url, 20, ("json", "csv"), together=8)
    check(tmp_path, url, 20, told)
    assert errors.getvalue() == ""


@pytest.mark.slow
def test_two_hundred_tenants_at_a_time_share_a_store_and_nothing_else(url: str, tmp_path: Path) -> None:
    told = scan_all(tmp_path, url, 200, ("json", "csv", "html"), together=16)
    check(tmp_path, url, 200, told)


def test_a_foreign_canary_would_be_noticed(tmp_path: Path) -> None:
    """By its name and by its ids."""
    text = json.dumps(files_of(7, 0))
    assert foreign(text, 7) == set()
    assert foreign(text, 8) == {canary(7)}
    ids_only: Any = CANARY.sub("", text)
    assert foreign(ids_only, 8) == {canary(7)}
