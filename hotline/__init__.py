"""The front door: the ``hotline`` command, wiring, the embedded stack."""

__version__ = "0.1.0"
