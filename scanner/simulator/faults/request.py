"""What the engine recognises in a request: its place in a listing, and which request it is."""

import hashlib
from collections import Counter
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from scanner.simulator.faults.scenario import When
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer, Ask

NEXT_LINK = "@odata.nextLink"
_TOKEN = "$skiptoken"  # noqa: S105 - a place in a listing


class Request(Frozen, frozen=True, kw_only=True):
    """A request as faults see it."""

    path: str
    method: str
    cmdlet: str
    page: int
    identity: str
    """The same for the same request of the same tenant, whatever order requests come in."""
    attempt: int
    """How often this very request has come, this time counted."""

    def fits(self, when: When) -> bool:
        """Say whether a fault is for this request."""
        return (
            fnmatchcase(self.path, when.path)
            and fnmatchcase(self.method, when.method)
            and fnmatchcase(self.cmdlet, when.cmdlet)
            and when.page in {None, self.page}
        )


class Recogniser:
    """Keeps what is needed to tell pages and repetitions."""

    def __init__(self) -> None:
        self._pages: dict[str, int] = {}
        self._attempts: Counter[str] = Counter()

    def recognise(self, ask: Ask) -> Request:
        """Read what a request is about."""
        path = "/" + "/".join(ask.path)
        page = self._pages.get(ask.query.get(_TOKEN, ""), 1)
        identity = f"{ask.method} {path}?{_describe(ask)} page {page}"
        self._attempts[identity] += 1
        return Request(
            path=path,
            method=ask.method,
            cmdlet=_read_cmdlet(ask.body) if path.endswith("/InvokeCommand") else "",
            page=page,
            identity=identity,
            attempt=self._attempts[identity],
        )

    def note(self, request: Request, answer: Answer) -> None:
        """Remember that the link in an answer leads to the page after this one."""
        if token := token_of(link_of(answer)):
            self._pages[token] = request.page + 1


def link_of(answer: Answer) -> str:
    """Return the link to the next page; empty where there is none."""
    link = answer.content.get(NEXT_LINK) if isinstance(answer.content, dict) else None
    return link if isinstance(link, str) else ""


def token_of(link: str) -> str:
    """Return the place in a listing that an address stands for; empty for a first page."""
    return dict(parse_qsl(urlsplit(link).query)).get(_TOKEN, "")


def first_page_of(target: str) -> str:
    """Return the address of the first page of the listing that an address belongs to."""
    parts = urlsplit(target)
    options = [(name, value) for name, value in parse_qsl(parts.query) if name != _TOKEN]
    return parts._replace(query=urlencode(options, safe="$,")).geturl()


def _describe(ask: Ask) -> str:
    """Name what else makes a request the same one: no place in a listing, and no assertion, which is always new."""
    options = sorted((name, value) for name, value in ask.query.items() if name != _TOKEN)
    telling = ask.path[-1].endswith("InvokeCommand") or ask.path[-1] == "$batch"
    return f"{urlencode(options)} {hashlib.sha256(ask.body).hexdigest() if telling else ''}"


class _CmdletInput(Frozen, frozen=True, kw_only=True):
    name: str = msgspec.field(name="CmdletName", default="")


class _Body(Frozen, frozen=True, kw_only=True):
    cmdlet: _CmdletInput = msgspec.field(name="CmdletInput", default=_CmdletInput())


def _read_cmdlet(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Body).cmdlet.name
    except msgspec.DecodeError:
        return ""
