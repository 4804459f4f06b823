"""The HTTP edge: all doors."""
