"""What the reader should do about a mailbox: use joined with verdict and the next known change (design.md §6)."""
