"""The stream of what is said in running calls, which may be an emergency.

Words that retention took unsettled are passed over: they are a day old, and their calls have become contacts since.
"""

from models.message import Topic
from streams.decode import words_from_bytes
from streams.settling import Stream

LISTEN = Stream(group="hotline-listen", topic=Topic.CALL_SEGMENTS, decode=words_from_bytes, passes_over_loss=True)
