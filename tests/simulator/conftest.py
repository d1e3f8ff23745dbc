"""Simulated tenants with clients that trust them."""

from collections.abc import Iterator

import pytest

from scanner.simulator import Population, Scenario, SimulatedTenant, build_population
from tests.simulator.client import Client, Open


@pytest.fixture(scope="session")
def population() -> Population:
    return build_population(Scenario(mailboxes=2300))


@pytest.fixture(scope="session")
def small() -> Population:
    return build_population(Scenario(mailboxes=60))


@pytest.fixture(scope="module")
def client(population: Population) -> Iterator[Client]:
    with SimulatedTenant(population) as tenant:
        client = Client(tenant)
        yield client
        client.http.close()


@pytest.fixture
def open_client() -> Iterator[Open]:
    """Enter tenants made by a test, and leave them after it."""
    entered: list[Client] = []

    def enter(tenant: SimulatedTenant) -> Client:
        entered.append(Client(tenant.__enter__()))
        return entered[-1]

    yield enter
    for client in entered:
        client.http.close()
        client.tenant.__exit__(None, None, None)
