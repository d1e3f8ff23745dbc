"""Whole answers on generated tenants, word for word: what is decided, why, what is missing, and through which path.

After a change that is meant, renew the copy with ``python -m tests.access.test_kept`` and read the difference.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scanner.access.evaluator import Decision
from scanner.access.membership import Directory
from scanner.access.paths import paths_to
from scanner.access.scopes import guest_class_of
from scanner.access.wording import Names, exclusions, tell
from scanner.model.circumstance import Member
from scanner.model.snapshot import Snapshot
from scanner.posture import Posture, pose
from tests.access.tenants import snapshot_of, tenant_of

KEPT = Path(__file__).parent / "kept" / "answers.txt"
HEAD = "tenant "
AS_OF = dt.date(2026, 11, 23)
# Chosen from 2,000 generated tenants so that together they say every sentence and show every answer that those show.
SEEDS = (
    3,
    14,
    47,
    49,
    62,
    67,
    74,
    95,
    111,
    116,
    119,
    148,
    162,
    183,
    193,
    237,
    256,
    263,
    265,
    322,
    334,
    355,
    359,
    364,
    385,
    428,
    453,
    476,
    479,
    485,
    499,
    502,
    515,
    518,
    521,
    522,
    532,
    535,
    540,
    577,
    668,
    669,
    722,
    743,
    792,
    797,
    816,
    855,
    864,
    871,
    886,
    897,
    931,
    946,
    978,
    995,
    1004,
    1016,
    1040,
    1068,
    1088,
    1095,
    1101,
    1120,
    1148,
    1171,
    1173,
    1184,
    1198,
    1226,
    1252,
    1266,
    1280,
    1344,
    1346,
    1349,
    1354,
    1369,
    1373,
    1400,
    1412,
    1424,
    1425,
    1439,
    1482,
    1492,
    1499,
    1527,
    1536,
    1567,
    1580,
    1581,
    1614,
    1617,
    1635,
    1639,
    1690,
    1691,
    1695,
    1701,
    1729,
    1730,
    1816,
    1820,
    1821,
    1867,
    1871,
    1893,
    1897,
    1907,
    1926,
    1932,
    1941,
    1970,
    1984,
    1998,
)


def lines_of(decision: Decision) -> Iterator[str]:
    mfa, variables = " only MFA" if decision.rests_on_mfa else "", ", ".join(decision.depends_on) or "-"
    yield f"{decision.access.value} ({decision.confidence.value}{mfa}) depends on {variables}"
    yield from (f"  policy {policy}" for policy in decision.policies)
    yield from (f"  gap {gap.key} in {gap.section}: {gap.because}" for gap in decision.gaps)


def decisions_of(posture: Posture, member: Member) -> Iterator[str]:
    for method, evaluator in posture.setting.evaluators.items():
        now = list(lines_of(evaluator.decide(member)))
        then = list(lines_of(evaluator.decide(member, as_if_enforced=True)))
        yield f"  {method.value}: {now[0]}"
        yield from (f"  {line}" for line in now[1:])
        if then != now:
            yield f"  {method.value} if all were enforced: {then[0]}"
            yield from (f"  {line}" for line in then[1:])


def policies_of(posture: Posture) -> Iterator[str]:
    for method, evaluator in posture.setting.evaluators.items():
        for place, policy in enumerate(posture.scopes.policies):
            access, enforced = evaluator.effect(place)
            yield f"  {method.value} {policy.id}: {access.value}, {'enforced' if enforced else 'reported'}"


def words_of(snapshot: Snapshot) -> Iterator[str]:
    names = Names(snapshot, Directory(snapshot))
    for policy in snapshot.policies:
        yield from (f"  {policy.id} says: {sentence}" for sentence in tell(policy, names))
        yield from (f"  {policy.id} spares: {one}" for one in exclusions(policy, names))


def paths_of(snapshot: Snapshot, posture: Posture, user_id: str) -> Iterator[str]:
    directory = Directory(snapshot)
    guest = guest_class_of(next((user for user in snapshot.users if user.id == user_id), None))
    for policy in posture.scopes.policies:
        for path in paths_to(policy, user_id, guest, directory):
            yield f"    {policy.id} {path.side}: {'' if path.known else 'perhaps '}{path.because}"


def answers_of(seed: int) -> Iterator[str]:
    raw = tenant_of(seed)
    snapshot = snapshot_of(raw)
    posture = pose(snapshot, as_of=AS_OF, source_ips=raw.source_ips)
    yield f"{HEAD}{seed}"
    yield from policies_of(posture)
    yield from words_of(snapshot)
    if posture.setting.apps is not None:
        yield from (f"  apps: {line}" for line in lines_of(posture.setting.apps))
    for mailbox in posture.mailboxes:
        yield f" {mailbox.id}"
        if mailbox.circumstance.member is not None:
            yield from decisions_of(posture, mailbox.circumstance.member)
        yield from paths_of(snapshot, posture, mailbox.id)


def render(seed: int) -> str:
    return "\n".join(answers_of(seed)) + "\n"


@cache
def kept() -> dict[int, str]:
    """Give the kept answers by the seed of their tenant."""
    parts = f"\n{KEPT.read_text(encoding='utf-8')}".split(f"\n{HEAD}")[1:]
    return {int(part.partition("\n")[0]): f"{HEAD}{part.rstrip()}\n" for part in parts}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_is_the_kept_one(seed: int) -> None:
    """Decision, reasons, gaps, policies, paths and confidence: nothing of it changes unseen."""
    assert render(seed) == kept()[seed]


if __name__ == "__main__":
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(map(render, SEEDS)), encoding="utf-8")
