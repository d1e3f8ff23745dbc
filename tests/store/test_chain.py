"""The hash chain of a tenant: unbroken whoever writes at the same time, and broken by whoever alters it."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

from sqlalchemy import create_engine, text

from scanner.store import Link, Store
from scanner.store.chain import BEGINNING, first_break, seal

NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def chain(count: int) -> Iterator[Link]:
    previous = BEGINNING
    for number in range(1, count + 1):
        link = seal(
            Link(
                tenant_id="t", number=number, kind="run", subject=f"r{number}", at=NEW_YEAR, body={"x": number},
                previous=previous,
            )
        )  # fmt: skip
        previous = link.hash
        yield link


def test_each_way_of_breaking_a_chain_is_found_where_it_begins() -> None:
    links = list(chain(5))
    other = list(chain(6))
    assert first_break([]) is first_break(links) is None
    assert first_break(links[1:]) == 1
    assert first_break([*links[:2], *links[3:]]) == 3
    assert first_break([links[1], links[0], *links[2:]]) == 1
    assert first_break([*links[:4], other[5]]) == 5


def test_chains_of_tenants_know_nothing_of_each_other_and_never_fork(url: str) -> None:
    """Programs add to one chain at the same time: each link finds its place."""
    program = f"""
import datetime as dt, sys
from sqlalchemy import create_engine
from scanner.store import Store
from scanner.store.chain import add_link
from scanner.store.engine import writing
with Store.open({url!r}) as store:
    for number in range(10):
        for whose in ("one", "two"):
            with writing(store._engine) as connection:
                add_link(connection, whose, "run", f"{{sys.argv[1]}}-{{number}}", {{"n": number}})
"""
    Store.open(url).close()
    started = [subprocess.Popen([sys.executable, "-c", program, str(number)]) for number in range(4)]
    assert [one.wait(60) for one in started] == [0] * 4
    with Store.open(url) as store:
        for whose in ("one", "two"):
            links = store.links(whose)
            assert len(links) == 40
            assert first_break(links) is None
            assert len({link.subject for link in links}) == 40
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE link SET kind = 'purge' WHERE tenant_id = 'one' AND number = 7"))
    engine.dispose()
    with Store.open(url) as store:
        assert first_break(store.links("one")) == 7
        assert first_break(store.links("two")) is None
