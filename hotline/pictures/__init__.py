"""Pictures of how good a model is: a page that needs nothing else, and PNG files."""
