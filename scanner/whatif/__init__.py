"""What would happen if settings were changed: judged from a kept snapshot, offline; nothing is ever written."""
