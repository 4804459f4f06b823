"""What the doors need handed in; ``hotline.bootstrap`` fills it, tests fill it with fakes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from console.similar import TextIndex
from dispatcher.accounts import Accounts
from dispatcher.ports import Clock, OpenUnitOfWork, Understand, Vault
from dispatcher.views import NumbersDesk, Views
from dispatcher.workflow.amend import CheckMatrix
from dispatcher.workflow.city import City
from dispatcher.workflow.converse import Tools
from dispatcher.workflow.look_up import Librarian
from models.understanding import Evidence

Explain = Callable[[str], Awaitable[Sequence[Evidence]]]
"""The words of a text that speak for its best category, strongest first. Runs away from the event loop."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The console's whole surroundings. Without a ``wechat_token`` the WeChat door stays shut.

    ``session_key`` signs log-ins: every web process of an installation needs the same one.
    """

    city: City
    vault: Vault
    open_work: OpenUnitOfWork
    clock: Clock
    views: Views
    accounts: Accounts
    numbers: NumbersDesk
    understand: Understand
    explain: Explain
    new_text_index: Callable[[], TextIndex]
    check_matrix: CheckMatrix
    librarian: Librarian
    session_key: bytes = field(repr=False)
    wechat_token: str | None = field(repr=False, default=None)

    @property
    def self_service(self) -> Tools:
        """What serving a citizen who writes needs."""
        return Tools(self.city, self.understand, self.vault, self.open_work, self.clock, self.librarian)
