"""How a store of an earlier version becomes one of this version; CONTRIBUTING.md says how to add a step."""
