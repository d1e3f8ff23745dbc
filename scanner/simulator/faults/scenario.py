"""The types of a scenario file; docs/scenarios.md and the error messages are made from what they say here."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scanner.simulator.permissions import ALL_RIGHTS
from scanner.simulator.population.frozen import Frozen

ReadyAnswer = Literal[
    "throttled",
    "unavailable",
    "unknown-error",
    "page-expired",
    "role-missing",
    "permission-missing",
    "not-licensed",
    "token-refused",
]
Transport = Literal["close", "reset", "stall", "cut", "truncate", "bad-gzip", "cut-gzip"]
Waiting = Literal["none", "seconds", "date"]
TokenTrouble = Literal["expire", "challenge"]

LINKS: Mapping[str, str] = {
    "foreign-host": "https://localhost:{foreign}{target}",
    "foreign-port": "https://{host}:{foreign}{target}",
    "other-scheme": "http://{host}:{port}{target}",
    "userinfo": "https://somebody:secret@{host}:{port}{target}",
    "userinfo-host": "https://{host}:{port}@localhost:{foreign}{target}",
    "look-alike": "https://{host}.look-alike.example:{port}{target}",
    "relative": "{target}",
    "no-scheme": "//localhost:{foreign}{target}",
    "climbing": "https://{host}:{port}{path}/../../../elsewhere",
    "repeat": "{self}",
    "first": "{first}",
}
"""Ready nextLinks by name; any other text in `then.link` is a pattern of its own, with the same places in it."""


class Table(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a scenario file; a key it doesn't know is an error."""


class When(Table, frozen=True, kw_only=True):
    """Which requests a fault is for. What is not given does not restrict."""

    path: Annotated[
        str, Meta(description="Pattern of the path, `*` for any text: `/graph/v1.0/users*`, `/exchange/*`, `*/token`.")
    ] = "*"
    method: Annotated[str, Meta(description="HTTP method: `GET` or `POST`.")] = "*"
    cmdlet: Annotated[str, Meta(description="Pattern of the cmdlet: `Get-CASMailbox`, `Get-*`.")] = "*"
    page: Annotated[int, Meta(ge=1, description="Page of a listing, counted from 1.")] | None = None
    nth: Annotated[tuple[int, ...], Meta(description="Which of the requests that fit, counted from 1: `[1, 4]`.")] = ()
    every: Annotated[int, Meta(ge=1, description="Every so many of the requests that fit.")] | None = None
    after: Annotated[int, Meta(ge=0, description="Not before so many requests that fit have passed.")] = 0
    times: Annotated[int, Meta(ge=1, description="At most so often.")] | None = None
    probability: Annotated[
        float, Meta(ge=0, le=1, description="Share of the requests that fit; drawn from the seed and the request.")
    ] = 1.0


class Then(Table, frozen=True, kw_only=True, omit_defaults=True):
    """What happens to such a request. At least one key is needed; those that don't contradict go together."""

    answer: Annotated[ReadyAnswer, Meta(description="A ready answer, in the words of the service.")] | None = None
    status: Annotated[int, Meta(ge=200, le=599, description="HTTP status; alone: an HTML page with it.")] | None = None
    headers: Annotated[
        Mapping[str, str], Meta(description="Headers, added or replaced; places as in `link` are filled in.")
    ] = {}
    retry_after: Annotated[float, Meta(ge=0, description="Seconds in the Retry-After header.")] | None = None
    retry_after_form: Annotated[
        Literal["seconds", "date"], Meta(description="Whether Retry-After is a number or an HTTP date.")
    ] = "seconds"
    text: (
        Annotated[
            str,
            Meta(description="The body, in place of the true one; without `status` not for single items of a batch."),
        ]
        | None
    ) = None
    content_type: Annotated[str, Meta(description="The Content-Type, in place of the true one.")] = ""
    replace: Annotated[
        Mapping[str, str], Meta(description="Texts in the body that become others, such as names of states.")
    ] = {}
    delay: Annotated[float, Meta(ge=0, description="Seconds before the answer, on top of the latency.")] = 0.0
    transport: (
        Annotated[
            Transport,
            Meta(
                description="The answer breaks on its way: the connection is closed or reset before it, it never "
                "comes (`stall`), stops half-way (`cut`), is half of it and says so (`truncate`), or calls itself gzip "
                "and is none or not whole. Not for single items of a batch."
            ),
        ]
        | None
    ) = None
    link: (
        Annotated[
            str,
            Meta(
                description="The link to the next page leads elsewhere: "
                + ", ".join(f"`{name}`" for name in LINKS)
                + ", `not-text`, or a pattern with {host}, {port}, {foreign} (port of the stranger), {path}, {target}, "
                "{self} and {first}."
            ),
        ]
        | None
    ) = None
    end_listing: Annotated[bool, Meta(description="The link to the next page is left out.")] = False
    empty_page: Annotated[bool, Meta(description="An empty page comes first, with a link to the true one.")] = False
    empty_list: Annotated[bool, Meta(description="The listing has no rows and no further page.")] = False
    duplicate_rows: Annotated[
        int, Meta(ge=0, description="So many rows of the page before come again; on a first page its own first ones.")
    ] = 0
    lose_rows: Annotated[int, Meta(ge=0, description="The last so many rows of the page are left out.")] = 0
    omit: Annotated[tuple[str, ...], Meta(description="Properties that are left out of every row.")] = ()
    token: (
        Annotated[
            TokenTrouble,
            Meta(
                description="Every token issued so far for this service is refused from now on: as expired, or with a "
                "claims challenge until a token is asked for with those claims."
            ),
        ]
        | None
    ) = None
    drop: Annotated[str, Meta(description="A right that is gone from now on: " + ", ".join(sorted(ALL_RIGHTS)))] = ""

    def __post_init__(self) -> None:
        """Refuse what can't be meant.

        Raises:
            ValueError: Which key, and why; the first word is the key.
        """
        if not msgspec.to_builtins(self):
            raise ValueError("it says nothing")
        if self.drop and self.drop not in ALL_RIGHTS:
            raise ValueError(f"`drop` {self.drop!r} is no right of the simulated tenant")
        if self.link is not None and self.link not in {*LINKS, "not-text"} and not {*"/{"} & {*self.link}:
            raise ValueError(f"`link` {self.link!r} is no known link, and no pattern of one")

    @property
    def needs_connection(self) -> bool:
        """It breaks a whole answer on its way, which can't happen to one item of a batch."""
        return self.transport is not None or (self.text is not None and self.status is None)


class Fault(Table, frozen=True, kw_only=True):
    """One thing that goes wrong. Of the faults that fit a request, the first one that strikes is played."""

    when: Annotated[When, Meta(description="Which requests.")] = When()
    then: Annotated[Then, Meta(description="What happens to them.")]
    name: Annotated[str, Meta(description="What it is called in messages and counts.")] = ""


class Budget(Table, frozen=True, kw_only=True):
    """How many requests the service takes; what is beyond is answered with 429."""

    path: Annotated[str, Meta(description="Pattern of the path that it holds for.")]
    requests: Annotated[int, Meta(ge=1, description="So many requests …")]
    seconds: Annotated[float, Meta(gt=0, description="… in so many seconds.")]
    retry_after: Annotated[Waiting, Meta(description="How a 429 says how long to wait; `none` leaves it out.")] = (
        "seconds"
    )
    percentage: Annotated[
        bool, Meta(description="Answers say in x-ms-throttle-limit-percentage how much is used, from 0.8 upwards.")
    ] = False


class Service(Table, frozen=True, kw_only=True):
    """How the services behave all the time."""

    latency: Annotated[float, Meta(ge=0, description="Seconds before every answer.")] = 0.0
    spread: Annotated[float, Meta(ge=0, description="Up to so many seconds more, drawn for each request.")] = 0.0
    rows: (
        Annotated[
            int, Meta(ge=1, description="Largest page, for Graph and Exchange; the real sizes where it is not given.")
        ]
        | None
    ) = None
    gzip: Annotated[bool, Meta(description="Answers are packed for those who accept it.")] = True
    clock: Annotated[
        float, Meta(description="Seconds that the services' clock is ahead of the true time; behind where negative.")
    ] = 0.0


class TenantTable(Table, frozen=True, kw_only=True):
    """The tenant that a scenario is played with."""

    mailboxes: Annotated[int, Meta(ge=1, description="How many mailboxes it has.")] | None = None
    seed: Annotated[int, Meta(description="What its population is made from.")] | None = None
    without: Annotated[
        tuple[str, ...], Meta(description="Rights that are missing from the start, as `then.drop` names them.")
    ] = ()

    def __post_init__(self) -> None:
        """Refuse a right that is none.

        Raises:
            ValueError: Which.
        """
        for right in self.without:
            if right not in ALL_RIGHTS:
                raise ValueError(f"`without` {right!r} is no right of the simulated tenant")


class Faults(Table, frozen=True, kw_only=True):
    """A scenario. By default nothing goes wrong."""

    title: Annotated[str, Meta(description="What it shows, in one line.")] = ""
    seed: Annotated[int, Meta(description="Decides every draw; the same seed gives the same faults.")] = 1
    tenant: Annotated[TenantTable, Meta(description="The tenant.")] = TenantTable()
    service: Annotated[Service, Meta(description="How the services behave all the time.")] = Service()
    budgets: Annotated[tuple[Budget, ...], Meta(description="Limits of the services.")] = ()
    faults: Annotated[tuple[Fault, ...], Meta(description="What goes wrong.")] = ()
