"""The embedded stack: PostgreSQL, a Kafka-protocol broker, and the product's own processes under one supervisor."""
