"""What the server's account must show after a trial."""

from collections.abc import Iterator

from scanner.simulator import SimulatedTenant

READING_POSTS = ("/InvokeCommand", "/$batch", "/token")
SIGN_INS = 2  # one for each service


def only_reads(tenant: SimulatedTenant) -> str:
    """No request could have written."""
    writes = [
        visit
        for visit in tenant.visits
        if visit.method != "GET" and not visit.path.partition("?")[0].endswith(READING_POSTS)
    ]
    return f"{len(writes)} requests might write, the first {writes[0].method} {writes[0].path}" if writes else ""


def nobody_calls_the_stranger(tenant: SimulatedTenant) -> str:
    """No byte left for another host."""
    strays = [visit for visit in tenant.visits if "elsewhere" in visit.path]
    if tenant.stranger.calls or strays:
        return f"{tenant.stranger.calls} calls to a foreign host, {len(strays)} to another path"
    return ""


def nobody_comes_early(tenant: SimulatedTenant) -> str:
    """Nothing was asked again before the time that the service named."""
    early = list(tenant.ledger.early())
    return f"{len(early)} requests came too early, the first {early[0].path}" if early else ""


def one_renewal_per_expiry(tenant: SimulatedTenant) -> str:
    """However many requests an expired token meets, it is renewed once."""
    most = SIGN_INS + sum(count for name, count in tenant.injected.items() if name.startswith("expired"))
    return f"{tenant.tokens_issued} tokens for {most} reasons" if tenant.tokens_issued > most else ""


def challenges_end(tenant: SimulatedTenant) -> str:
    """No single request is challenged more than three times: once, and two rounds of answers."""
    worst = max((len(times) for times in _challenged(tenant)), default=0)
    return f"a request was answered with a challenge {worst} times" if worst > 3 else ""


def _challenged(tenant: SimulatedTenant) -> Iterator[list[float]]:
    by_request: dict[str, list[float]] = {}
    for visit in tenant.visits:
        if visit.status == 401:
            by_request.setdefault(visit.identity, []).append(visit.at)
    yield from by_request.values()


ALWAYS = (only_reads, nobody_calls_the_stranger)
