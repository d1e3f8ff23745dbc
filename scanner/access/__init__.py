"""The Conditional Access evaluator: membership, applicability, combination (facts/conditional-access.md §1, §4.3)."""
