"""Stylesheet and ES modules of the pages."""
