"""How one city differs from another: profiles, and the numbers' Prometheus files."""
