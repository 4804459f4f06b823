"""Measurements: commands that print figures with the machine they were measured on."""
