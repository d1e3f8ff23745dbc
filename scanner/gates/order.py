"""The order in which gates refuse, each step with its source (facts/smtp-auth.md §1.1, conditional-access.md §2)."""

from scanner.gates import (
    account,
    authentication_policy,
    conditional_access,
    per_user_mfa,
    retirement,
    security_defaults,
    send_as,
    smtp_auth_switch,
)
from scanner.gates.gate import Gate

ORDER: tuple[tuple[Gate, str], ...] = (
    (retirement.GATE, "S15: refused whatever the tenant's settings; its place before the others is INFERRED"),
    (authentication_policy.GATE, "S3: applied before the request reaches the identity provider"),
    (smtp_auth_switch.GATE, "INFERRED; T:43386831339 saw it before Conditional Access"),
    (account.GATE, "S10; POL: policies come after the first factor"),
    (security_defaults.GATE, "S8, SD: in the place of Conditional Access, after the first factor"),
    (conditional_access.GATE, "S9, LEG2: after the first factor"),
    (per_user_mfa.GATE, "S12: decided with the token; its place after the policies is INFERRED"),
    (send_as.GATE, "S5, S7: after DATA"),
)

# Pairs of which nothing tells the one that refuses first: with both closed, either may give the reply
# (conditional-access.md §2 and §6: the relative order of flag and policy is unknown).
ORDER_UNKNOWN = frozenset({frozenset({authentication_policy.NAME, smtp_auth_switch.NAME})})

GATES: tuple[Gate, ...] = tuple(gate for gate, _ in ORDER)
