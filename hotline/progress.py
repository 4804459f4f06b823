"""Progress of long work as bars on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Hand out a function of (what, done, total) that draws one bar for each kind of work in turn; without a terminal none."""
    bar: tqdm[NoReturn] = tqdm(disable=True)
    drawn = ""

    def show(what: str, done: int, total: int) -> None:
        nonlocal bar, drawn
        if what != drawn:
            bar.close()
            bar, drawn = tqdm(desc=what, total=total, leave=False, disable=None), what
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        bar.close()
