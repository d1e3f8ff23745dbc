"""From verdicts to what people read."""
