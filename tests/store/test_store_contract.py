"""What every store must do, whatever database it is kept in."""

import datetime as dt
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from sqlalchemy import create_engine, text

from scanner.errors import RunNotFoundError, StoreError
from scanner.model.reading import RawRows
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import NOTHING, quote, say
from scanner.store import RunRecord, Store, make_id

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TENANT = Tenant(id=ONE, domain="contoso.example", name="Contoso \x00 <b>", cloud="public", collected_at=NOON)
REPORT = SectionReport(
    section="users", state=SectionState.PARTIAL, count=2, expected=3, reason=say("page {page} 😢", page=2),
    permission="User.Read.All", collected_at=NOON,
)  # fmt: skip
ROWS: list[dict[str, object]] = [
    {"id": "a", "Name": None, "at": "/Date(1)/"},
    {"id": "b\x00", "nested": {"z": [1, 2.5, 2**70], "a": True}},
]


def run_of(tenant_id: str, minutes: int) -> RunRecord:
    started = NOON + dt.timedelta(minutes=minutes)
    return RunRecord(
        id=make_id(started),
        tenant_id=tenant_id,
        snapshot_id="s",
        folder="/runs/1",
        started=started,
        finished=started + dt.timedelta(seconds=90),
        as_of=dt.date(2026, 12, 31),
        complete=False,
        tool_version="0.1.0",
        options={"format": ["json"], "lang": None},
    )


def test_a_snapshot_is_read_as_it_was_written(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    writer.add_page("users", ROWS)
    writer.add_page("users", [{"id": ""}], tabular=True)
    writer.close_section(REPORT)
    snapshot_id = writer.finish(TENANT)

    first, second = store.pages(snapshot_id, "users")
    assert list(first.rows) == ROWS
    assert (second.rows, second.tabular) == (({"id": ""},), True)
    assert store.sections(snapshot_id) == {"users": REPORT}
    assert store.tenant(snapshot_id) == msgspec.structs.replace(TENANT, name="Contoso \ufffd <b>")


def test_a_number_that_no_float_holds_is_read_as_infinite(store: Store) -> None:
    """Also one of more digits than Python reads; the digest and what is judged later come to the same."""
    writer = store.begin_snapshot(TENANT)
    writer.add_page("users", RawRows(count=1, body=b'[{"a":%b,"b":-1e999,"c":7}]' % (b"9" * 5000)))
    snapshot_id = writer.finish(TENANT)
    (page,) = store.pages(snapshot_id, "users")
    assert page.rows == ({"a": math.inf, "b": -math.inf, "c": 7},)


def test_remarks_are_kept_one_for_each_subject_and_can_be_taken_back(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    writer.remark("clock", say("the clock of {host} is wrong", host="ab"))
    writer.remark("count", quote("not proved"))
    resumed = store.continue_snapshot(writer.snapshot_id)
    resumed.remark("count", quote("not proved either"))
    snapshot_id = resumed.finish(TENANT)
    assert list(map(str, store.remarks(snapshot_id))) == ["the clock of ab is wrong", "not proved either"]
    with pytest.raises(StoreError, match="finished"):
        resumed.remark("clock", NOTHING)
    other = store.begin_snapshot(TENANT)
    other.remark("clock", quote("wrong"))
    other.remark("clock", NOTHING)
    assert store.remarks(other.finish(TENANT)) == ()


class Forgetting:
    """An erasure that takes one row out."""

    def rows(self, _: str, rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
        return [row for row in rows if row["id"] != "gone"]

    def words(self, text: str) -> str:
        return text

    def is_about(self, _: str) -> bool:
        return False


def test_a_snapshot_that_somebody_was_taken_out_of_keeps_its_remarks_and_is_sealed_anew(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    writer.add_page("users", [{"id": "a"}, {"id": "gone"}])
    writer.remark("clock", quote("the clock is wrong"))
    snapshot_id = writer.finish(TENANT)
    before = store.digest(snapshot_id)
    store.add_run(msgspec.structs.replace(run_of(ONE, 0), snapshot_id=snapshot_id))
    store.erase(ONE, [snapshot_id], [], Forgetting())
    assert store.digest(snapshot_id) == store.measure_digest(snapshot_id) != before
    assert list(map(str, store.remarks(snapshot_id))) == ["the clock is wrong"]


def test_a_text_that_no_database_holds_is_kept_nearly(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    writer.close_section(msgspec.structs.replace(REPORT, reason=quote("a\ud83d\x00b")))
    snapshot_id = writer.finish(TENANT)
    assert store.sections(snapshot_id)["users"].reason == quote("a?\ufffdb")
    assert store.digest(snapshot_id) == store.measure_digest(snapshot_id)


def test_what_was_kept_outlives_the_store_object(url: str) -> None:
    with Store.open(url) as store:
        writer = store.begin_snapshot(TENANT)
        writer.add_page("users", ROWS)
    with Store.open(url) as store:
        assert [len(page.rows) for page in store.pages(writer.snapshot_id, "users")] == [2]
        assert store.digest(writer.snapshot_id) == ""


def test_pages_survive_a_killed_program(url: str) -> None:
    program = f"""
import os, signal
from scanner.model.tenant import Tenant
from scanner.model.text import NOTHING, quote, say
from scanner.store import Store
writer = Store.open({url!r}).begin_snapshot(Tenant(id={ONE!r}))
for number in range(3):
    writer.add_page("users", [{{"id": number}}])
print(writer.snapshot_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    with Store.open(url) as store:
        assert [page.rows[0]["id"] for page in store.pages(ended.stdout.strip(), "users")] == [0, 1, 2]


def test_a_finished_snapshot_is_never_altered(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    snapshot_id = writer.finish(TENANT)
    with pytest.raises(StoreError, match="finished"):
        writer.add_page("users", ROWS)
    with pytest.raises(StoreError, match="finished"):
        writer.close_section(REPORT)
    with pytest.raises(StoreError, match="finished"):
        writer.finish(TENANT)
    assert list(store.pages(snapshot_id, "users")) == []


def test_a_closed_section_takes_no_more_pages(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    writer.close_section(REPORT)
    with pytest.raises(StoreError, match="closed"):
        writer.add_page("users", ROWS)
    writer.add_page("groups", ROWS)


def test_a_tenant_that_was_not_known_at_first_is_filled_in(store: Store) -> None:
    writer = store.begin_snapshot(Tenant(domain="contoso.example"))
    writer.add_page("users", ROWS)
    writer.close_section(REPORT)
    snapshot_id = writer.finish(TENANT)
    assert store.tenant(snapshot_id).id == ONE
    assert list(store.sections(snapshot_id)) == ["users"]
    assert len(list(store.pages(snapshot_id, "users"))) == 1
    assert store.digest(snapshot_id) == store.measure_digest(snapshot_id)


def test_evidence_of_another_tenant_is_refused(store: Store) -> None:
    writer = store.begin_snapshot(TENANT)
    with pytest.raises(StoreError, match=TWO):
        writer.finish(Tenant(id=TWO))


def test_the_digest_is_the_same_for_the_same_evidence(store: Store) -> None:
    first = store.begin_snapshot(TENANT)
    first.add_page("users", ROWS)
    second = store.begin_snapshot(TENANT)
    second.add_page("users", ROWS[:1])
    second.add_page("users", [dict(reversed(ROWS[1].items()))])
    assert store.digest(first.finish(TENANT)) == store.digest(second.finish(TENANT))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE page SET body = (SELECT body FROM page WHERE section = 'groups') WHERE section = 'users'",
        "UPDATE section SET state = 'complete'",
        "UPDATE snapshot SET name = 'Other'",
        "DELETE FROM page WHERE section = 'groups'",
        "UPDATE snapshot SET remarks = NULL",
    ],
)
def test_the_digest_tells_that_evidence_was_altered(url: str, statement: str) -> None:
    with Store.open(url) as store:
        writer = store.begin_snapshot(TENANT)
        writer.add_page("users", ROWS)
        writer.add_page("groups", [{"id": "g"}])
        writer.close_section(REPORT)
        writer.remark("clock", quote("the clock is wrong"))
        snapshot_id = writer.finish(TENANT)
        assert store.digest(snapshot_id) == store.measure_digest(snapshot_id)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
        assert store.digest(snapshot_id) != store.measure_digest(snapshot_id)


def test_an_unknown_snapshot_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="no snapshot 2026"):
        store.tenant("2026")
    with pytest.raises(StoreError, match="no snapshot 2026"):
        store.digest("2026")


def test_runs_are_read_as_they_were_written_and_by_tenant(store: Store) -> None:
    late, early, other = run_of(ONE, 2), run_of(ONE, 0), run_of(TWO, 1)
    for run in (late, early, other):
        store.add_run(run)
    assert store.runs() == [early, other, late]
    assert store.runs(ONE) == [early, late]
    assert store.runs("nobody") == []


def test_a_run_is_kept_once(store: Store) -> None:
    run = run_of(ONE, 0)
    store.add_run(run)
    with pytest.raises(StoreError):
        store.add_run(run)


def test_runs_are_found_by_name(store: Store) -> None:
    first, other, last = run_of(ONE, 0), run_of(TWO, 1), run_of(ONE, 2)
    for run in (first, other, last):
        store.add_run(run)
    assert store.find_run("latest") == last
    assert store.find_run("previous") == first, "another tenant's run is never the previous one"
    assert store.find_run("latest", TWO) == other
    assert store.find_run(other.id) == other
    assert store.find_run(other.id[:13].lower()) == other


@pytest.mark.parametrize("name", ["2026", "nothing", "", "%", "previous"])
def test_a_run_that_can_not_be_told_is_an_error_with_advice(store: Store, name: str) -> None:
    for run in (run_of(ONE, 0), run_of(TWO, 1)):
        store.add_run(run)
    with pytest.raises(RunNotFoundError) as caught:
        store.find_run(name)
    assert caught.value.advice


def test_without_any_run_the_advice_says_how_to_make_one(store: Store) -> None:
    with pytest.raises(RunNotFoundError, match="no run yet") as caught:
        store.find_run("latest")
    assert "import" in caught.value.advice


def test_the_database_of_another_program_is_refused_and_left_alone(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program"):
        Store.open(url)


def test_six_programs_may_write_at_once(url: str) -> None:
    program = f"""
from scanner.model.tenant import Tenant
from scanner.model.text import NOTHING, quote, say
from scanner.store import Store
with Store.open({url!r}) as store:
    writer = store.begin_snapshot(Tenant(id={ONE!r}))
    for number in range(10):
        writer.add_page("users", [{{"id": number}}] * 100)
    print(writer.finish(Tenant(id={ONE!r})))
"""
    command = [sys.executable, "-c", program]
    programs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    ended = [(*each.communicate(), each.returncode) for each in programs]
    assert [code for *_, code in ended] == [0] * 6, ended
    with Store.open(url) as store:
        for snapshot_id, *_ in ended:
            assert [page.rows[0]["id"] for page in store.pages(snapshot_id.strip(), "users")] == list(range(10))
