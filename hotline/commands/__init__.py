"""One file per ``hotline`` command."""
