"""A secret that can't slip into a log: it shows itself only when asked by name."""

from typing import final


@final
class Secret:
    """A password, client secret or passphrase.

    Args:
        value: The secret itself.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(Secret)

    def __reduce__(self) -> str:
        message = "a secret is not pickled"
        raise TypeError(message)

    def reveal(self) -> str:
        """Give the secret itself, for the one call that needs it."""
        return self._value
