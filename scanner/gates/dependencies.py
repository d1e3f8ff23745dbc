"""What may decide at the time of sending, in words."""

from collections.abc import Mapping
from typing import Final

from scanner.model.text import Text, say

DEPENDENCIES: Final[Mapping[str, Text]] = {
    "location": say("the sender's network location"),
    "sign_in_risk": say("the risk of the sign-in"),
    "user_risk": say("the risk of the user"),
    "insider_risk": say("the insider risk of the user"),
    "time": say("the time of sending"),
    "device": say("the device"),
    "retirement": say("whether Basic was turned on again after Microsoft's default-off"),
}
"""By the word that stands in ``depends_on``."""
