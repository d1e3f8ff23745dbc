"""What was seen where a value was expected: a value, null, or one of three ways of not being there."""

from enum import Enum
from typing import TypeAlias, TypeVar, Union

T = TypeVar("T")


class Gap(Enum):
    """Why a value is not there. `None` is not among them: null is an observed value."""

    ABSENT = "absent"  # the key or the column is not there: not asked for, or not returned
    EMPTY = "empty"  # the key holds ""
    UNREADABLE = "unreadable"  # the key holds something that this field can't hold


Observed: TypeAlias = Union[T, Gap, None]  # noqa: UP007 -- `T | None | Gap` can't be subscripted in Python 3.11
