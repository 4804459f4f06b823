"""What happens to contacts and tickets, one file per thing that happens."""
