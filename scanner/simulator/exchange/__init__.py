"""The simulated Exchange Online admin service."""

from scanner.simulator.exchange.api import ExchangeApi

__all__ = ["ExchangeApi"]
