"""Measurements for docs/benchmarks.md; not part of the product."""
