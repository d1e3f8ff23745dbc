"""The simulated Microsoft Graph."""

from scanner.simulator.graph.api import GraphApi

__all__ = ["GraphApi"]
