"""The simulated tenant's state: who and what is in it, made from a seed."""

from scanner.simulator.population.build import build_population
from scanner.simulator.population.directory import Population
from scanner.simulator.population.scenario import Scenario

__all__ = ["Population", "Scenario", "build_population"]
