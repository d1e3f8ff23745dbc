"""What one section says of another."""

from collections.abc import Mapping

from scanner.model.snapshot import Snapshot


def unlisted_policies(snapshot: Snapshot) -> Mapping[str, str]:
    """Name the Conditional Access policies that were applied to sign-ins and are not listed.

    Args:
        snapshot: The evidence.

    Returns:
        Their names by id, the id where the log gives no name.
    """
    listed = {policy.id for policy in snapshot.policies}
    applied = (one for account in snapshot.sign_ins.accounts for one in account.policies or ())
    return {one.id: one.name or one.id for one in applied if one.id and one.id not in listed}
