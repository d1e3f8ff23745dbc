"""Ids that repeat: the same seed and domain always give the same ones."""

import uuid


class Ids:
    """Makes GUIDs from a seed, a kind of object and its key.

    Args:
        domain: the tenant's domain, so that two tenants of one seed share no id.
        seed: any integer.
    """

    def __init__(self, domain: str, seed: int) -> None:
        self._space = uuid.uuid5(uuid.NAMESPACE_DNS, f"{seed}.{domain}")

    def make(self, kind: str, key: str | int) -> str:
        """Return the GUID of one object, in lower case.

        Args:
            kind: the kind of object, such as "user" or "group".
            key: what tells it from others of its kind.

        Returns:
            A GUID of 36 characters.
        """
        return str(uuid.uuid5(self._space, f"{kind}/{key}"))
