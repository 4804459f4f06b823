"""``python -m tests.fault.unlucky_worker NAME WORD``: a worker that ends at one word, as a crashing native library would."""

import os
import sys
from collections.abc import Sequence

from dispatcher.ports import Understand, UnderstoodTexts
from tests.fault.workers import intake_of, run

SEGMENTATION_FAULT = 139


def ending_at(word: str, understand: Understand) -> Understand:
    """Return ``understand``; at a text with ``word`` it ends the process without a word of farewell."""

    async def understand_or_end(texts: Sequence[str]) -> UnderstoodTexts:
        if any(word in text for text in texts):
            os._exit(SEGMENTATION_FAULT)
        return await understand(texts)

    return understand_or_end


if __name__ == "__main__":
    _, name, word = sys.argv
    run(name, lambda dispatcher: intake_of(dispatcher, understand=ending_at(word, dispatcher.understand)))
