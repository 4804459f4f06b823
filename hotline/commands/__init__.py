"""One file per ``hotline`` command: ``add_parser`` describes it, ``run`` does it.

A command imports what it works with inside ``run``, so that ``hotline --help`` answers at once.
"""

import argparse
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  argparse has no public name for it
else:
    Subparsers: TypeAlias = object
