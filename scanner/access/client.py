"""What a sender looks like to Conditional Access (dossier §1.4, §1.5, §1.12)."""

from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, Method

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"

KNOWN_CONTROLS = frozenset(
    {
        "block",
        "mfa",
        "compliantdevice",
        "domainjoineddevice",
        "approvedapplication",
        "compliantapplication",
        "passwordchange",
        "riskremediation",
    }
)
MET_BY_A_PERSON = frozenset({"mfa", "passwordchange", "riskremediation", "strength", "termsofuse", "custom"})


class Client(Frozen, frozen=True, kw_only=True):
    """One kind of sender.

    Attributes:
        method: How it signs in.
        app_type: Its client app type.
        meets: Grant controls that it can meet.
        names_platform: It has a user agent, so that a platform condition can match it.
        confidence: How sure the semantics are of a policy that applies to it and asks for controls.
    """

    method: Method
    app_type: str
    meets: frozenset[str] = frozenset()
    names_platform: bool = False
    confidence: Confidence = Confidence.HIGH


BASIC = Client(method=Method.BASIC, app_type="other")
# An application that signs in as itself; policies about service principals know no client types.
APP = Client(method=Method.OAUTH_APP, app_type="all", confidence=Confidence.MEDIUM)
# An unattended sender: a person signed in once, on a device that is not registered (INFERRED, dossier §1.12).
OAUTH = Client(
    method=Method.OAUTH_DELEGATED,
    app_type="mobileappsanddesktopclients",
    meets=MET_BY_A_PERSON,
    names_platform=True,
    confidence=Confidence.MEDIUM,
)
