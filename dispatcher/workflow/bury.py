"""A message that can never succeed becomes a dead letter."""

from dispatcher import metrics
from dispatcher.ports import DeadLetter, Effects
from dispatcher.workflow.announce import dead_letter_message
from dispatcher.workflow.city import City


def bury(letter: DeadLetter, effects: Effects, city: City) -> None:
    """Add a dead letter with its announcement and its count."""
    effects.dead_letters.append(letter)
    effects.messages.append(dead_letter_message(letter, city.profile.version))
    effects.increments.append(metrics.count(metrics.DEAD_LETTERS, letter.cause))
