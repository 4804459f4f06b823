"""Translation between outside formats and our words; no I/O."""
