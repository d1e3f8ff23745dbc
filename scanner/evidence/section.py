"""What a section of evidence is: its name, whom to ask for it, with which permission, and how to parse a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from scanner.evidence.gather import Gatherer
from scanner.evidence.row import Row

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphList:
    """A Graph collection, read to its last page.

    Attributes:
        path: Path with its version, e.g. ``/v1.0/users``.
        query: Query options, e.g. ``{"$select": "id,userType", "$top": "999"}``.
        counted: The collection answers ``{path}/$count``, which proves completeness.
        cut_by: The property by whose beginning a large collection is read in parts; none where empty. The count has to
            prove that the parts are the whole.
        least: How many objects there are in every tenant; fewer are a fault of the answer.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    counted: bool = False
    cut_by: str = ""
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphObject:
    """A single Graph object."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmdlet:
    """A reading Exchange cmdlet run through InvokeCommand.

    Attributes:
        name: A cmdlet that begins with ``Get-``.
        parameters: Its parameters.
        select: Properties to ask for; all of them when empty.
        least: How many rows there are in every tenant; fewer are a fault of the answer.
    """

    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUser:
    """One small Graph object per mailbox user, asked for in batches of 20; the answer gains the user's ``id``.

    Attributes:
        path: Path without its version, ``{id}`` stands for the user's id.
        version: ``v1.0`` or ``beta``.
    """

    path: str
    version: str = "v1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencedGroups:
    """The groups that policies and role assignments refer to, with their transitive members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLog:
    """A log of Graph, read in windows of time.

    Attributes:
        path: Path with its version.
        time: Property that holds the time of an event.
        condition: What else the server filters by.
        kinds: Kinds of events that must be asked for one by one.
        days: How far back it is read.
        query: Query options of every request.
    """

    path: str
    time: str
    condition: str
    kinds: tuple[str, ...]
    days: int
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderTraces:
    """The message traces of senders that the sign-in log names.

    Attributes:
        path: Path with its version.
    """

    path: str


Ask = GraphList | GraphLog | SenderTraces | GraphObject | Cmdlet | PerUser | ReferencedGroups


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Generic[T_co]):
    """One kind of evidence.

    Attributes:
        name: File name of design.md §9 without its ending, e.g. ``transport-config``.
        title: What it is, for readers, untranslated (a cmdlet or a Graph resource).
        gives: What a report takes from it, in a few English words that go on after "it lacks".
        permission: The least permission that reads it.
        ask: Whom to ask; ``None`` where it only comes from files.
        parse: One row to a typed value; raises ``RowError`` when the row can't be used at all.
        core: A run without it is incomplete.
        single: It holds one object, not a list.
        tabular: It may come as CSV.
        several: It may come as several tables, named alike or in a folder of that name.
        gather: Makes what takes its rows where keeping them all would take too much memory; ``None`` keeps them.
    """

    name: str
    title: str
    gives: str
    permission: str
    ask: Ask | None
    parse: Callable[[Row], T_co]
    core: bool = True
    single: bool = False
    tabular: bool = False
    several: bool = False
    gather: Callable[[], Gatherer] | None = None
