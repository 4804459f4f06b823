"""The stream of contacts, which become tickets."""

from models.message import Topic
from streams.decode import contact_from_bytes
from streams.settling import Stream

GROUP = "hotline-intake"
"""The worker's name at the broker, too, whatever streams it settles."""

INTAKE = Stream(group=GROUP, topic=Topic.CONTACTS, decode=contact_from_bytes)
