"""The gates: each layer that can refuse a submission, one file a gate (design.md §5)."""
