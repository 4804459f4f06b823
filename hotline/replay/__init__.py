"""What would have happened: an event file in virtual time, through the same rules, workflow and store."""
