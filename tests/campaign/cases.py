"""The faults R1 to R8 of trust.md, each in all its forms."""

import itertools
import random
from collections.abc import Iterator

from scanner.simulator.faults.scenario import LINKS
from scanner.simulator.permissions import ALL_RIGHTS
from tests.campaign.case import SHORT, Case, Make
from tests.campaign.checks import (
    challenges_end,
    nobody_comes_early,
    one_renewal_per_expiry,
)

SMALL_PAGES = "[service]\nrows = 20\n"
SERVICES = ("/graph/*", "/exchange/*")
# Listings of which a second source tells the number or the names; of others nobody could know what was kept back.
CUT_ALIKE = ("Get-Mailbox", "Get-CASMailbox", "Get-User")
LISTINGS = ("/graph/v1.0/users", "/graph/*/transitiveMembers", "Get-Mailbox", "Get-CASMailbox", "Get-User")


def fault(*lines: str) -> str:
    """Write one fault."""
    return "\n".join(("[[faults]]", *lines, ""))


def on_services(*lines: str) -> str:
    """Write one fault of both services."""
    return "".join(fault(f'when.path = "{path}"', *lines) for path in SERVICES)


def always(*parts: str) -> Make:
    """Make the same scenario each time but for its seed."""
    return lambda rng: "".join((f"seed = {rng.randrange(10**6)}\n", *parts))


def drawing(pattern: str, most: int, *lines: str) -> Make:
    """Make a scenario with one fault that strikes at a number that is drawn."""
    return lambda rng: SMALL_PAGES + fault(*lines, pattern.format(rng.randint(1, most)))


def throttled() -> Iterator[Case]:
    """R1 and R2: a fifth of all requests is told to wait."""
    fifth = "when.probability = 0.2"
    for form in ("seconds", "date"):
        lines = (fifth, 'then.answer = "throttled"', "then.retry_after = 1", f'then.retry_after_form = "{form}"')
        yield Case(
            name=f"R1/{form}",
            scenario=always("[service]\nrows = 30\n", on_services(*lines)),
            completes=True,
            checks=(nobody_comes_early,),
        )
    yield Case(
        name="R2/no-time",
        scenario=always(SMALL_PAGES, on_services(fifth, 'then.answer = "throttled"')),
        completes=True,
    )
    budget = '[[budgets]]\npath = "/graph/*/identity*"\nrequests = 1\nseconds = 0.2\nretry_after = "none"\n'
    yield Case(name="R2/budget", scenario=always(SMALL_PAGES, budget), completes=True)


def broken() -> Iterator[Case]:
    """R3: a tenth of all requests fails in one way, or in any."""
    ways = {
        **{str(status): f"then.status = {status}" for status in (500, 502, 503, 504)},
        **{
            way: f'then.transport = "{way}"'
            for way in ("close", "reset", "stall", "cut", "truncate", "bad-gzip", "cut-gzip")
        },
        "html": 'then.text = "<html>maintenance</html>"\nthen.content_type = "text/html"',
        "empty": 'then.text = ""',
        "no-json": 'then.text = "{\\"value\\": [nonsense"',
        "unknown-error": 'then.answer = "unknown-error"',
    }
    for way, line in ways.items():
        yield Case(
            name=f"R3/{way}", scenario=always(SMALL_PAGES, on_services("when.probability = 0.1", line)), mailboxes=90
        )
    mixed = "".join(on_services("when.probability = 0.01", line) for line in ways.values())
    yield Case(name="R3/mixed", scenario=always(SMALL_PAGES, mixed), mailboxes=140)


def down() -> Iterator[Case]:
    """R4: everything fails."""
    ways = {
        "503": "then.status = 503",
        "429": 'then.answer = "throttled"',
        "long-wait": 'then.answer = "throttled"\nthen.retry_after = 100000',
        "reset": 'then.transport = "reset"',
        "truncate": 'then.transport = "truncate"',
        "html": 'then.text = "<html>maintenance</html>"\nthen.content_type = "text/html"',
        "401": 'then.answer = "token-refused"',
    }
    for way, line in ways.items():
        yield Case(name=f"R4/{way}", scenario=always(on_services(line)), gives_up=True, patience=SHORT, mailboxes=30)
    no_tokens = always(fault('when.path = "*/token"', "then.status = 503"))
    yield Case(name="R4/sign-in", scenario=no_tokens, gives_up=True, patience=SHORT, mailboxes=30)


def tokens() -> Iterator[Case]:
    """R5 and R6: tokens expire, and services want claims."""
    expiry = on_services('name = "expired"', "when.every = 50", 'then.token = "expire"')
    slow = fault('when.path = "*/token"', "then.delay = 0.3")
    yield Case(
        name="R5/every-50",
        scenario=always(SMALL_PAGES, slow, expiry),
        completes=True,
        mailboxes=200,
        checks=(one_renewal_per_expiry,),
    )
    for path in SERVICES:
        lines = (f'when.path = "{path}"', 'then.token = "challenge"')
        name = path.strip("/*")
        yield Case(
            name=f"R6/once-{name}",
            scenario=drawing("when.nth = [{}]", 10, *lines),
            completes=True,
            checks=(challenges_end,),
        )
        yield Case(name=f"R6/endless-{name}", scenario=drawing("when.after = {}", 6, *lines), checks=(challenges_end,))


def links() -> Iterator[Case]:
    """R7: links and listings that are not what they should be."""
    for name in (*LINKS, "not-text"):
        yield Case(
            name=f"R7/{name}", scenario=at_some_page(f'then.link = "{name}"', *LISTINGS, *SERVICES), mailboxes=140
        )
    cuts = {
        "missing-early": "then.end_listing = true",
        "empty-list": "then.empty_list = true",
        "lost-rows": "then.lose_rows = 3",
    }
    for name, line in cuts.items():
        yield Case(name=f"R7/{name}", scenario=at_some_page(line, *LISTINGS), mailboxes=140)
    harmless = {"empty-page": "then.empty_page = true", "duplicates": "then.duplicate_rows = 5"}
    for name, line in harmless.items():
        scenario = at_some_page(line, *LISTINGS, *SERVICES)
        yield Case(name=f"R7/{name}", scenario=scenario, completes=True, mailboxes=140)
    for name, place in {"redirect": "localhost:{foreign}", "redirect-loop": "{host}:{port}"}.items():
        line = f'then.status = 302\nthen.headers.Location = "https://{place}{{target}}"'
        yield Case(name=f"R7/{name}", scenario=at_some_page(line, *LISTINGS, *SERVICES))
    expired = fault('when.path = "/exchange/*"', "when.page = 2", 'then.answer = "page-expired"')
    yield Case(name="R7/paging-expires", scenario=always(SMALL_PAGES, expired), mailboxes=140)
    yield Case(name="R7/cut-alike", scenario=cut_alike, mailboxes=140)
    stops = fault('when.path = "/exchange/*"', "when.page = 1", "then.end_listing = true")
    yield Case(name="R7/stops-at-1000", scenario=always(stops), same_each_time=True, mailboxes=1300)


def refused_places() -> Iterator[Case]:
    """R7: links that are not found, members that are not, and numbers that nobody tells."""
    members, users = "/graph/v1.0/groups/*/transitiveMembers", "/graph/v1.0/users"
    for status in (400, 404, 410):
        line = refuse(status)
        yield Case(name=f"R7/members-{status}", scenario=refusing(line, 1, members), mailboxes=140)
        yield Case(name=f"R7/link-{status}", scenario=refusing(line, 2, users, members), mailboxes=140)
    for status in (400, 403, 404):
        refused = refuse(status)
        counts = fault('when.path = "/graph/*/$count"', refused)
        yield Case(name=f"R7/count-{status}", scenario=always(SMALL_PAGES, counts), completes=True, mailboxes=140)
        again = fault(f'when.path = "{users}/$count"', "when.after = 1", refused)
        lost = fault(f'when.path = "{users}"', "when.page = 2", "then.lose_rows = 3")
        yield Case(name=f"R7/second-count-{status}", scenario=always(SMALL_PAGES, again, lost), mailboxes=140)
    exchanged = fault(f'when.path = "{users}"', "when.page = 3", "then.lose_rows = 3", "then.duplicate_rows = 3")
    yield Case(name="R7/rows-exchanged", scenario=always(SMALL_PAGES, exchanged), mailboxes=140)


def refuse(status: int) -> str:
    """Write a refusal in Graph's words for what is not there, whatever its status."""
    body = '{"error": {"code": "Request_ResourceNotFound", "message": "gone"}}'
    lines = (f"then.status = {status}", 'then.content_type = "application/json"', f"then.text = '{body}'")
    return "\n".join(lines)


def refusing(line: str, first: int, *paths: str) -> Make:
    """Make a scenario in which a page is refused, the first possible one or the next."""
    return lambda rng: (
        SMALL_PAGES + fault(f'when.path = "{rng.choice(paths)}"', f"when.page = {rng.randint(first, first + 1)}", line)
    )


def cut_alike(rng: random.Random) -> str:
    """Make a scenario in which all listings of Exchange end at the same page: only Graph's users tell."""
    at = f"when.page = {rng.randint(1, 6)}"
    return SMALL_PAGES + "".join(fault(f'when.cmdlet = "{name}"', at, "then.end_listing = true") for name in CUT_ALIKE)


def at_some_page(line: str, *places: str) -> Make:
    """Make a scenario in which listings go wrong at one page, or at any."""

    def make(rng: random.Random) -> str:
        place = rng.choice(places)
        where = f'when.cmdlet = "{place}"' if place.startswith("Get-") else f'when.path = "{place}"'
        when = rng.choice(("when.probability = 1.0", f"when.page = {rng.randint(1, 5)}", "when.probability = 0.3"))
        return f"seed = {rng.randrange(10**6)}\n[service]\nrows = {rng.choice((20, 30))}\n" + fault(where, when, line)

    return make


def rights() -> Iterator[Case]:
    """R8: each right removed, each pair of rights, and rights that go while a tenant is read."""
    for count in (1, 2):
        for removed in itertools.combinations(sorted(ALL_RIGHTS), count):
            named = ", ".join(f'"{right}"' for right in removed)
            yield Case(
                name=f"R8/{'+'.join(removed)}",
                scenario=always(f"[tenant]\nwithout = [{named}]\n", SMALL_PAGES),
                removed=removed,
                same_each_time=True,
            )
    for right in sorted(ALL_RIGHTS):
        dropping = drawing("when.nth = [{}]", 60, f'then.drop = "{right}"')
        yield Case(name=f"R8/{right}-meanwhile", scenario=dropping)


CASES: tuple[Case, ...] = (*throttled(), *broken(), *down(), *tokens(), *links(), *refused_places(), *rights())
BY_NAME = {case.name: case for case in CASES}
