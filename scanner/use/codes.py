"""What a code of the sign-in log says of the layers that this product judges (facts/smtp-auth.md §5.3)."""

from scanner.gates import account, conditional_access, per_user_mfa, security_defaults
from scanner.model.text import Text, say
from scanner.replies.sign_in import SIGN_IN

MFA = frozenset({conditional_access.NAME, per_user_mfa.NAME, security_defaults.NAME})
POLICY = frozenset({conditional_access.NAME})
# Codes that one of the gates gives. Those of wrong passwords, lock-outs and OAuth applications are of none of them.
GATES_BY_CODE = {
    "50057": frozenset({account.NAME}),
    "50074": MFA,
    "50076": MFA,
    "50079": MFA,
    "50158": POLICY,
    "53000": POLICY,
    "53001": POLICY,
    "53002": POLICY,
    "53003": POLICY,
    "53004": POLICY,
    "530032": POLICY | {security_defaults.NAME},
    "530035": frozenset({security_defaults.NAME}),
}
MEANINGS = {entry.code: entry.meaning for entry in SIGN_IN}
WITHOUT_SETTING = tuple(code for code in MEANINGS if code not in GATES_BY_CODE)
"""Codes that come from no gate."""


def gates_of(code: str) -> frozenset[str]:
    """Give the gates that a code may come from; none where it says nothing about the settings that are read."""
    return GATES_BY_CODE.get(code, frozenset())


def meaning_of(code: str) -> Text:
    """Explain a code."""
    return MEANINGS.get(code) or say("A code that is not in this program's list; see Microsoft's error page.")
