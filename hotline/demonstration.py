"""What a newcomer needs to look around: log-ins that are kept on this machine alone, and contacts that flow in."""

import json
import random
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config.profiles import find_profile, load_articles
from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.audit import Audit
from dispatcher.workflow.knowledge import import_articles
from hotline.bootstrap import Dispatcher
from hotline.ingest import ingest
from hotline.sample_contacts import corpus_contacts
from models.codes import Role

_UNITS = 3
_SHUFFLE_SEED = 12345
_ONE_ALARMING_OF = 20


@dataclass(frozen=True, slots=True)
class Login:
    """A demonstration user."""

    role: str
    username: str
    password: str


async def demo_logins(dispatcher: Dispatcher) -> list[Login]:
    """Return the demonstration users, made on first use; their passwords stay in a file that only we may read."""
    path = dispatcher.settings.state_dir / "demo-logins.json"
    if path.exists():
        return [Login(**login) for login in json.loads(path.read_text())]
    accounts = PostgresAccounts(dispatcher.pool)
    logins = []
    for username, role, unit_code in _wanted(dispatcher):
        title = f"{role.label} {dispatcher.city.profile.units[unit_code].name}" if unit_code else role.label
        made = await accounts.add(
            username, display_name=title, role=role, unit_code=unit_code, by="up", at=dispatcher.clock.now()
        )
        logins.append(Login(title, username, made.password))
    _keep(path, logins)
    return logins


def _wanted(dispatcher: Dispatcher) -> list[tuple[str, Role, str | None]]:
    """One of each role, and the units that lead most categories."""
    leads = [entry.lead for entry in dispatcher.city.profile.matrix.entries if entry.lead in dispatcher.city.profile.units]
    busiest = sorted(set(leads), key=lambda code: (-leads.count(code), code))[:_UNITS]
    staff: list[tuple[str, Role, str | None]] = [
        ("operator", Role.OPERATOR, None),
        ("supervisor", Role.SUPERVISOR, None),
        ("admin", Role.ADMIN, None),
    ]
    return [*staff, *((code.lower(), Role.UNIT_CLERK, code) for code in busiest)]


def _keep(path: Path, logins: list[Login]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps([asdict(login) for login in logins], ensure_ascii=False, indent=2))


async def first_articles(dispatcher: Dispatcher) -> int:
    """Bring the profile's articles into an empty knowledge base and return how many; one that is in use is left alone.

    Raises:
        BadProfile: an article breaks a rule of the format.
    """
    open_work = dispatcher.database.open_work
    async with open_work() as work:
        if await work.knowledge.revision():
            return 0
    articles = load_articles(find_profile(dispatcher.settings.profile))
    return (await import_articles(articles, actor="up", open_work=open_work, clock=dispatcher.clock)).added


async def play_samples(dispatcher: Dispatcher, *, rate: float) -> None:
    """Let the seed corpus call and write, mixed, ``rate`` contacts a second; what was accepted earlier stays out.

    A sixth of the corpus teaches emergencies and what only sounds like them; a city hears fewer.
    """
    contacts = list(corpus_contacts(dispatcher.settings.profile, now=dispatcher.clock.now()))
    random.Random(_SHUFFLE_SEED).shuffle(contacts)  # noqa: S311  an order to look at, not a secret
    alarming = [contact for contact in contacts if contact.source_id.startswith("sample-emergencies")]
    left_out = {contact.contact_id for number, contact in enumerate(alarming) if number % _ONE_ALARMING_OF}
    unknown = await Audit(dispatcher.pool, [contact.contact_id for contact in contacts]).unknown()
    now = dispatcher.clock.now
    fresh = (replace(contact, received_at=now()) for contact in contacts if contact.contact_id in unknown - left_out)
    await ingest(fresh, dispatcher, rate=rate)
