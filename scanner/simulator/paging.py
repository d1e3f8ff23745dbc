"""Places in a list, in a form that clients can hand back but not make up."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

_MARK = 8


class Bookmarks:
    """Turns a position into an opaque token and back."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def place(self, listing: str, offset: int) -> str:
        """Return the token of a position.

        Args:
            listing: what is being listed; the token is good for nothing else.
            offset: how many rows come before.

        Returns:
            URL-safe text.
        """
        position = str(offset).encode()
        return urlsafe_b64encode(self._sign(listing, position) + position).decode().rstrip("=")

    def find(self, listing: str, token: str) -> int | None:
        """Return the position of a token.

        Args:
            listing: what is being listed.
            token: what `place` returned.

        Returns:
            How many rows come before, or None if the token is not one of this listing.
        """
        try:
            content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        mark, position = content[:_MARK], content[_MARK:]
        return int(position) if hmac.compare_digest(mark, self._sign(listing, position)) else None

    def _sign(self, listing: str, position: bytes) -> bytes:
        return hmac.new(self._key, listing.encode() + b"\0" + position, hashlib.sha256).digest()[:_MARK]
