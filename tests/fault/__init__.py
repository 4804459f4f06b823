"""What happens when something breaks: processes, connections, brokers."""
