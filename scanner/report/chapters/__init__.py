"""The chapters of a report: each file holds what a template sees of one chapter, and how it is made."""
