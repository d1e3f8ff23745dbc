"""The use cases, and the only place where parts are wired together."""
