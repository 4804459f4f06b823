"""From a citizen's text to guesses with confidence and evidence."""
