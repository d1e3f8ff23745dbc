"""The vocabulary: frozen types that cross borders, without any input or output."""
