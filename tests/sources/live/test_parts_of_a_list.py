"""A large list that is read in parts: whatever names begin with, and whoever comes or goes, none lacks or doubles."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.reading import Place
from scanner.model.section import SectionState
from scanner.sources.live import Patience
from scanner.sources.live.walk import BEGINNINGS
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import Stage, page

USERS = "/graph/v1.0/users"
IN_PARTS = replace(QUICK, large=1)
BEGINNING = re.compile(r"startswith\(userPrincipalName,'((?:[^']|'')*)'\)")
SIGNS = "aAbzZ09._-'!#^~$%&+=@ \"\\éßıЯ漢😀\u0301\u200f"

Names = dict[str, str | None]


@dataclass
class Directory:
    """Users as Graph lists them: in pages that go on after an id, some of them changed between two requests."""

    names: Names
    size: int = 2
    changes: dict[int, Callable[[Names], object]] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    requests: int = 0
    filters: list[str] = field(default_factory=list)

    def play(self, stage: Stage) -> None:
        stage.on(USERS, lambda request, _: self._list(request))
        stage.on(f"{USERS}/$count", lambda _, __: self._count())

    def _list(self, request: web.Request) -> web.Response:
        self._change()
        words = request.query.get("$filter")
        chosen = {name: upn for name, upn in sorted(self.names.items()) if words is None or _fits(words, upn)}
        self.filters.append(words or "")
        after = request.query.get("$skiptoken", "")
        left = [name for name in chosen if name > after and name not in self.unlisted]
        link = str(request.url.update_query({"$skiptoken": left[self.size - 1]})) if len(left) > self.size else None
        return page([{"id": name, "userPrincipalName": chosen[name]} for name in left[: self.size]], link)

    def _count(self) -> web.Response:
        self._change()
        return web.Response(text=str(len(self.names)))

    def _change(self) -> None:
        change = self.changes.get(self.requests)
        if change:
            change(self.names)
        self.requests += 1


def _fits(words: str, upn: str | None) -> bool:
    found = BEGINNING.fullmatch(words)
    assert found, words
    return upn is not None and upn.lower().startswith(found[1].replace("''", "'").lower())


def read(stage: Stage, directory: Directory, patience: Patience = IN_PARTS) -> Shelf:
    directory.play(stage)
    return collect(stage.target(), pick("users"), patience)


def ids(shelf: Shelf) -> list[str]:
    return sorted(row["id"] for row in shelf.rows.get("users", []))


def test_names_of_every_kind_are_read_once(stage: Stage) -> None:
    """Letters of all scripts, signs, quotes, none at all: the parts have most, the count asks for the rest."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.none() | st.text(SIGNS, max_size=4), min_size=1, max_size=12))
    def check(upns: list[str | None]) -> None:
        names = {f"u{at:02}": upn for at, upn in enumerate(upns)}
        shelf = read(stage, Directory(dict(names)))
        report = shelf.reports["users"]
        assert ids(shelf) == sorted(names)
        assert (report.state, report.count, report.expected) == (SectionState.COMPLETE, len(names), len(names))

    check()


def test_users_who_were_there_all_the_time_are_read_whatever_comes_and_goes(stage: Stage) -> None:
    """Renamed, and created or deleted, between any requests; a list that calls itself complete lacks nobody else.

    Where as many are created as deleted meanwhile, no count tells; the list of mailboxes does, of those who have one.
    """
    some_name = st.none() | st.text(SIGNS, max_size=2)
    one = st.tuples(st.integers(1, 60), st.sampled_from(["change", "rename"]), st.integers(0, 9), some_name)

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(some_name, min_size=2, max_size=10), st.lists(one, max_size=4), st.sampled_from(["create", "delete"])
    )
    def check(upns: list[str | None], changes: list[tuple[int, str, int, str | None]], change: str) -> None:
        names = {f"u{at:02}": upn for at, upn in enumerate(upns)}
        touched = set[str]()
        directory = Directory(dict(names))
        for when, sort, which, upn in changes:
            kind = sort if sort == "rename" else change
            who = f"n{which}" if kind == "create" else f"u{which:02}"
            touched |= {who} if kind == "delete" else set()
            directory.changes[when] = _plan(kind, who, upn)
        shelf = read(stage, directory)
        found = ids(shelf)
        assert len(found) == len(set(found)) == shelf.reports["users"].count
        if shelf.reports["users"].state is SectionState.COMPLETE:
            assert set(names) - touched <= set(found)

    check()


def _plan(kind: str, who: str, upn: str | None) -> Callable[[Names], object]:
    def change(names: Names) -> None:
        if kind == "delete":
            names.pop(who, None)
        elif kind == "create" or who in names:
            names[who] = upn

    return change


def test_a_user_who_came_meanwhile_does_not_make_up_for_one_whom_no_part_has(stage: Stage) -> None:
    """As many rows as were counted before, and yet one lacks: the count after the parts tells."""
    names: Names = {"u0": "%odd@contoso.example", "u1": "anna@contoso.example"}
    directory = Directory(names, changes={1: _plan("create", "u2", "xaver@contoso.example")})
    shelf = read(stage, directory)
    assert ids(shelf) == ["u0", "u1", "u2"]
    assert shelf.reports["users"].state is SectionState.COMPLETE


def test_a_user_who_was_read_and_went_before_the_first_count_would_make_up_for_one(stage: Stage) -> None:
    """So that no part is asked for beside that count, however long it takes."""
    names: Names = {"u0": "%odd@contoso.example", "u1": "anna@contoso.example", "u2": "max@contoso.example"}
    directory = Directory(names)
    directory.play(stage)

    async def count(_: web.Request, turn: int) -> web.Response:
        await asyncio.sleep(0.3 if turn == 0 else 0)
        if directory.filters:
            names.pop("u1", None)
        return web.Response(text=str(len(names)))

    stage.on(f"{USERS}/$count", count)
    shelf = collect(stage.target(), pick("users"), IN_PARTS)
    assert "u0" in ids(shelf)
    assert shelf.reports["users"].state is SectionState.COMPLETE


class KilledShelf(Shelf):
    """A run that ends when the list that is read in one piece would bring its first page."""

    killed = False

    def add_page(self, section: str, *args: Any, place: Place | None = None, **options: Any) -> int:
        if place and not place.part and not self.killed:
            self.killed = True
            raise KilledError
        return super().add_page(section, *args, place=place, **options)


class KilledError(Exception):
    pass


def test_a_user_who_went_between_two_runs_makes_up_for_none_who_lacks(stage: Stage) -> None:
    """What an earlier run read is compared with what it had counted."""
    names: Names = {"u0": "%odd@contoso.example", "u1": "anna@contoso.example", "u2": "max@contoso.example"}
    directory = Directory(names)
    directory.play(stage)
    shelf = KilledShelf()
    with pytest.raises(KilledError):
        go_on(shelf, stage.target(), pick("users"), IN_PARTS)
    assert ids(shelf) == ["u1", "u2"]
    del names["u1"]
    go_on(shelf, stage.target(), pick("users"), IN_PARTS)
    assert "u0" in ids(shelf)
    assert shelf.reports["users"].state is SectionState.COMPLETE


def test_a_user_who_went_meanwhile_is_no_reason_to_read_all_again(stage: Stage) -> None:
    """Fewer are counted after than before, and none of them lacks."""
    names: Names = {"u0": "xaver@contoso.example", "u1": "anna@contoso.example", "u2": "max@contoso.example"}
    directory = Directory(names, changes={len(BEGINNINGS): _plan("delete", "u1", None)})
    shelf = read(stage, directory)
    assert ids(shelf) == ["u0", "u1", "u2"]
    assert shelf.reports["users"].state is SectionState.COMPLETE
    assert "" not in directory.filters


def test_a_list_that_grows_while_it_is_read_is_whole(stage: Stage) -> None:
    """One comes on a page that is yet to be read, one on a page that was read already."""
    names: Names = {f"u{at}": None for at in range(1, 7)}
    directory = Directory(names, changes={3: lambda now: now.update({"u9": None, "u0": None})})
    shelf = read(stage, directory, QUICK)
    assert ids(shelf) == ["u1", "u2", "u3", "u4", "u5", "u6", "u9"]
    assert shelf.reports["users"].state is SectionState.COMPLETE


def test_a_list_that_loses_a_row_while_it_grows_is_not_whole(stage: Stage) -> None:
    names: Names = {f"u{at}": None for at in range(1, 7)}
    directory = Directory(names, changes={3: lambda now: now.update({"u0": None})}, unlisted={"u6"})
    report = read(stage, directory, QUICK).reports["users"]
    assert (report.state, str(report.reason)) == (SectionState.PARTIAL, "5 of 6 objects were listed")
