"""What one section says of another."""

from collections.abc import Mapping

from scanner.model.snapshot import Snapshot

# How the log names Security Defaults among the policies (seen in public samples of logs); they are in no list.
SECURITY_DEFAULTS = "securitydefaults"


def unlisted_policies(snapshot: Snapshot) -> Mapping[str, str]:
    """Name the Conditional Access policies that were enforced on sign-ins and are not listed.

    Args:
        snapshot: The evidence.

    Returns:
        Their names by id, the id where the log gives no name.
    """
    listed = {policy.id for policy in snapshot.policies} | {SECURITY_DEFAULTS, ""}
    applied = (one for account in snapshot.sign_ins.accounts for one in account.policies or ())
    enforced = (one for one in applied if not one.result.lower().startswith("reportonly"))
    return {one.id: one.name or one.id for one in enforced if one.id not in listed}
