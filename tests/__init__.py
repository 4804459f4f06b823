"""What Hotline promises, as tests."""
