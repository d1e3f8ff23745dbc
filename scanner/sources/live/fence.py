"""Which addresses a token may be sent to, and how far a listing's links are followed."""

import re
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import SplitResult, urlsplit

from yarl import URL

from scanner.model.text import say
from scanner.sources.live.failure import UnreadableError, quote

# Printable ASCII without space and backslash: anything else is read differently by different parsers.
PLAIN = re.compile(r"[!-\[\]-~]{1,8000}")
CLIMBING = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)|//|%2f|%5c", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")  # parsers disagree on anything else
DEFAULT_PORT = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The addresses of one service.

    Attributes:
        root: Its root, https only.
        prefixes: Paths below the root that belong to the API, each with a slash at both ends.
        suffix: Redirects may lead to hosts below this one; nowhere where empty.
    """

    root: str
    prefixes: tuple[str, ...]
    suffix: str = ""

    def admit(self, link: str) -> URL:
        """Let an address of the service through, exactly as it was received.

        Args:
            link: The address.

        Returns:
            The address, not encoded again.

        Raises:
            UnreadableError: It leads elsewhere.
        """
        if not PLAIN.fullmatch(link) or not self._contains(link):
            raise UnreadableError(
                say(
                    "the service pointed to an address that is not its own ({host}), which was not followed",
                    host=_name_host(link),
                )
            )
        return URL(link, encoded=True)

    @property
    def host(self) -> str:
        """The host, with its port."""
        return urlsplit(self.root).netloc

    def at(self, host: str) -> "Fence":
        """Give the fence around another host of the same service, which an earlier run was redirected to.

        Args:
            host: The host; nothing changes where it is empty, or not of this service.
        """
        known = bool(self.suffix) and HOST.fullmatch(host) and host.endswith(f".{self.suffix}")
        return replace(self, root=urlsplit(self.root)._replace(netloc=host).geturl()) if known else self

    def move(self, location: str) -> "Fence":
        """Follow a redirect to another host of the same service: the fence around the address it names.

        Args:
            location: The redirect's target.

        Returns:
            A fence that admits the target, and nothing of the old host.

        Raises:
            UnreadableError: It leads elsewhere.
        """
        moved = self.at(_name_host(location))
        moved.admit(location)
        return moved

    def _contains(self, link: str) -> bool:
        try:
            parts, root = urlsplit(link), _split_root(self.root)
            same_origin = parts.scheme == root.scheme == "https" and _port(parts) == _port(root)
        except ValueError:
            return False
        path = parts.path
        below = any(path.startswith(root.path.rstrip("/") + prefix) for prefix in self.prefixes)
        plain = "@" not in parts.netloc and not parts.fragment and not CLIMBING.search(path)
        return same_origin and parts.hostname == root.hostname and below and plain


class Trail:
    """The links of one listing: each is followed once, and not without end.

    Args:
        fence: Where they may lead.
        longest: Most links that are followed.
    """

    def __init__(self, fence: Fence, longest: int) -> None:
        self._fence = fence
        self._longest = longest
        self._seen: set[str] = set()

    def move(self, fence: Fence) -> None:
        """Follow links within another fence from now on."""
        self._fence = fence

    def follow(self, link: object) -> URL:
        """Accept the next link.

        Raises:
            UnreadableError: It leads elsewhere, was followed before, or is one too many.
        """
        if not isinstance(link, str):
            raise UnreadableError(say("the service gave a link to the next page that is no text"))
        url = self._fence.admit(link)
        if link in self._seen:
            raise UnreadableError(say("the service gave the same link to the next page again"))
        if len(self._seen) >= self._longest:
            raise UnreadableError(say("the listing did not end after {pages} pages", pages=self._longest))
        self._seen.add(link)
        return url


@cache
def _split_root(root: str) -> SplitResult:
    return urlsplit(root)


def _port(parts: SplitResult) -> int:
    return DEFAULT_PORT if parts.port is None else parts.port


def _name_host(link: str) -> str:
    try:
        return quote(urlsplit(link).hostname or "no host")
    except ValueError:
        return "not readable"
