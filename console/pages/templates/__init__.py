"""Jinja templates of the pages; a name that begins with "_" is a fragment."""
