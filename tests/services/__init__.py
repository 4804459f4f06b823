"""Real services for the tests: PostgreSQL, brokers, Prometheus, and a proxy that breaks connections."""
