"""The Kafka edge: decode, call the workflow, done."""
