"""Reads a tenant through Microsoft Graph and Exchange Online."""

from scanner.sources.live.patience import Patience, patience_for
from scanner.sources.live.source import LiveSource
from scanner.sources.live.target import Target
from scanner.sources.live.token import issue_token

__all__ = ["LiveSource", "Patience", "Target", "issue_token", "patience_for"]
