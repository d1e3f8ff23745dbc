"""A simulated Microsoft 365 tenant: real TLS, real wire formats, a seeded population, and its own truth.

    population = build_population(Scenario(mailboxes=3000, seed=7))
    with SimulatedTenant(population, without={"Policy.Read.All"}) as tenant:
        ...  # scan tenant.graph_url and tenant.exchange_url, trusting tenant.ca_file
    population.truth()  # outcome of a Basic submission by mailbox: what a report must say

It shares no rule with the product, so that the product can be proven wrong.
"""

from scanner.simulator.faults import Faults, load_faults, read_faults
from scanner.simulator.population import Population, Scenario, build_population
from scanner.simulator.tenant import SimulatedTenant
from scanner.simulator.truth import Layer, Method, Outcome, Submission

__all__ = [
    "Faults",
    "Layer",
    "Method",
    "Outcome",
    "Population",
    "Scenario",
    "SimulatedTenant",
    "Submission",
    "build_population",
    "load_faults",
    "read_faults",
]
