"""``hotline matrix``."""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from dispatcher.ports import Clock
    from dispatcher.rules.routing import RouteTable
    from dispatcher.store.database import Database, Pool
    from dispatcher.workflow.city import City
    from models.matrix import MatrixProposal
    from models.ticket import Actor

_STATES = ("proposed", "refused", "approved", "effective")

_PROPOSE = """\
Propose a line of the 派单目录. It changes nothing until somebody else approves it. A dispatcher, a unit's clerk or a
supervisor may propose; `--by` is the log-in name."""

_APPROVE = """\
Let a proposal take effect from its day, or from --from; never from a day that has passed. Refused (exit code 2) are a
proposal of one's own, one that changes nothing, and one with which `hotline check` would find a problem: a street or town that
would receive what is not on its 履职事项清单, a line that contradicts another. Running workers and web processes take it over
within seconds; tickets name the matrix by the profile's version and the last change, as in 2026.1+3."""

_WHAT_IF = """\
Ask another matrix for the tickets that were registered in a period and led by a unit: how many each unit would have had, and
which tickets would have gone elsewhere. The other matrix is a file of the form of matrix.csv, or the present one with a
proposal. Each is asked for the day of registration, the other one for --as-of where that is given. Nothing is written."""


def add_parser(commands: Subparsers) -> None:
    """Add the command with its acts."""
    parser = commands.add_parser("matrix", help="propose, review and try changes of the dispatch matrix")
    acts = parser.add_subparsers(metavar="ACT", required=True)
    show_all = acts.add_parser(
        "list", help="show the version in force and every proposal", epilog="example: hotline matrix list --state proposed"
    )
    show_all.add_argument("--state", choices=_STATES, help="only proposals in this state")
    show_all.set_defaults(act=_list)
    show = acts.add_parser("show", help="show one proposal", epilog="example: hotline matrix show 3")
    show.set_defaults(act=_show)
    _add_propose(acts)
    approve = acts.add_parser(
        "approve",
        help="let a proposal take effect",
        description=_APPROVE,
        epilog="example: hotline matrix approve 3 --by zhou.min --from 2026-12-01",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    approve.add_argument("--from", dest="holds_from", type=date.fromisoformat, metavar="DATE", help="its first day")
    approve.add_argument("--note", metavar="TEXT", help="kept with the proposal")
    approve.set_defaults(act=_approve)
    refuse = acts.add_parser(
        "refuse", help="refuse a proposal", epilog="example: hotline matrix refuse 3 --by zhou.min --reason 职责未移交"
    )
    refuse.add_argument("--reason", required=True, metavar="TEXT", help="read by who proposed it")
    refuse.set_defaults(act=_refuse)
    for act in (show, approve, refuse):
        act.add_argument("number", type=int, metavar="N", help="the proposal's number")
    for act in (approve, refuse):
        act.add_argument("--by", required=True, metavar="USER", help="log-in name of a supervisor who did not propose it")
    what_if = _add_what_if(acts)
    for act in acts.choices.values():
        act.add_argument("--json", action="store_true", help="print JSON")
        act.add_argument("--profile", metavar="NAME", help="the city (default: the settings')")
        act.set_defaults(run=run)
    what_if.set_defaults(act=_what_if)


def _add_propose(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    propose = acts.add_parser(
        "propose",
        help="propose a line",
        description=_PROPOSE,
        epilog="example: hotline matrix propose --by chen.li --category 0703 --district JDXQ --lead HK-JDXQ --basis 移交纪要",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    propose.add_argument("--by", required=True, metavar="USER", help="log-in name of who proposes")
    propose.add_argument("--category", required=True, metavar="CODE")
    propose.add_argument("--lead", required=True, metavar="UNIT", help="a unit's code, or @district: the district's government")
    propose.add_argument("--basis", required=True, metavar="TEXT", help="which document says so")
    propose.add_argument("--district", metavar="CODE|NAME", help="only there (default: everywhere)")
    propose.add_argument("--subject", choices=("个人", "企业"), help="only for them (default: for all)")
    propose.add_argument("--co-unit", dest="co_units", action="append", default=[], metavar="UNIT", help="may be given again")
    propose.add_argument("--from", dest="holds_from", type=date.fromisoformat, metavar="DATE", help="its first day")
    propose.add_argument("--to", dest="holds_to", type=date.fromisoformat, metavar="DATE", help="its last day")
    propose.set_defaults(act=_propose)


def _add_what_if(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    what_if = acts.add_parser(
        "what-if",
        help="the same period's tickets under another matrix",
        description=_WHAT_IF,
        epilog="example: hotline matrix what-if --matrix new.csv --from 2026-10-01 --to 2026-10-31",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    other = what_if.add_mutually_exclusive_group(required=True)
    other.add_argument("--matrix", type=Path, metavar="FILE", help="a file of the form of matrix.csv")
    other.add_argument("--proposal", type=int, metavar="N", help="the matrix in force with this proposal, as if it held then")
    what_if.add_argument("--from", dest="first", required=True, type=date.fromisoformat, metavar="DATE", help="first day")
    what_if.add_argument("--to", dest="last", required=True, type=date.fromisoformat, metavar="DATE", help="last day")
    what_if.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="ask the file as of this day")
    return what_if


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the acts work with."""

    city: "City"
    pool: "Pool"
    database: "Database"
    clock: "Clock"

    @property
    def today(self) -> date:
        return self.city.local(self.clock.now()).date()

    async def actor(self, name: str) -> "Actor":
        """Return the user with this log-in name.

        Raises:
            NotFound: there is none, or the user is disabled.
        """
        from dispatcher.store.accounts import PostgresAccounts
        from models.errors import NotFound

        user = await PostgresAccounts(self.pool).by_name(name)
        if user is None:
            raise NotFound(f"there is no user {name!r}, or it is disabled; `hotline user list` shows all")
        return user.actor


@asynccontextmanager
async def _open_desk(arguments: argparse.Namespace) -> AsyncIterator[_Desk]:
    from config.settings import load_settings
    from dispatcher.store.database import Database
    from dispatcher.workflow.amend import refresh_matrix
    from dispatcher.workflow.city import City
    from hotline.bootstrap import SystemClock, open_database, profile_of

    settings = load_settings(os.environ)
    if arguments.profile:
        settings = replace(settings, profile=arguments.profile)
    city = City.of(profile_of(settings))
    async with open_database(settings, city.profile, size=1) as pool:
        database = Database(pool)
        await refresh_matrix(city=city, open_work=database.open_work)
        yield _Desk(city, pool, database, SystemClock())


def run(arguments: argparse.Namespace) -> int:
    """Carry out the act.

    Raises:
        Rejected: a code, a user or a proposal is unknown, or a rule forbids it.
        TryLater: the store is away.
    """
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with _open_desk(arguments) as desk:
        fields, lines = await arguments.act(desk, arguments)
    if arguments.json:
        print(json.dumps(fields, ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines))
    return 0


_Told = tuple[dict[str, Any], Iterable[str]]
"""What an act prints: fields, or lines."""


async def _list(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    from hotline.matrix_telling import proposal_fields, proposal_line

    async with desk.database.open_work() as work:
        proposals = await work.matrix.proposals()
    wanted = [one for one in proposals if arguments.state in (None, one.state(desk.today).value)]
    routes, profile = desk.city.routes, desk.city.profile
    fields = {
        "version": routes.version,
        "profile_matrix": profile.matrix.version,
        "changes": len(desk.city.matrix.changes),
        "proposals": [proposal_fields(one, desk.city, on=desk.today) for one in wanted],
    }
    own = f"配置文件 {profile.matrix.version} 共 {len(profile.matrix.entries)} 条"
    head = f"派单目录 {routes.version}：{own}，变更 {len(desk.city.matrix.changes)} 次"
    return fields, [head, *(proposal_line(one, desk.city, on=desk.today) for one in wanted)]


async def _show(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    return _told(await _proposal(desk, arguments.number), desk)


async def _proposal(desk: _Desk, number: int) -> "MatrixProposal":
    from models.errors import NotFound

    async with desk.database.open_work() as work:
        for proposal in await work.matrix.proposals():
            if proposal.number == number:
                return proposal
    raise NotFound(f"there is no proposal {number} of the dispatch matrix")


def _told(proposal: "MatrixProposal", desk: _Desk) -> _Told:
    from hotline.matrix_telling import proposal_fields, proposal_lines

    return proposal_fields(proposal, desk.city, on=desk.today), proposal_lines(proposal, desk.city, on=desk.today)


async def _propose(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    from dispatcher.workflow.amend import Draft, propose_change
    from models.codes import SubjectType

    draft = Draft(
        category_code=arguments.category,
        lead=arguments.lead,
        basis=arguments.basis,
        district_code=desk.city.district_code(arguments.district) if arguments.district else None,
        subject=SubjectType.from_label(arguments.subject) if arguments.subject else None,
        co_units=tuple(arguments.co_units),
        holds_from=arguments.holds_from,
        holds_to=arguments.holds_to,
    )
    actor = await desk.actor(arguments.by)
    proposal = await propose_change(draft, actor=actor, city=desk.city, open_work=desk.database.open_work, clock=desk.clock)
    return _told(proposal, desk)


async def _approve(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    from config.profiles import matrix_problems
    from dispatcher.workflow.amend import approve_change

    proposal = await approve_change(
        arguments.number,
        actor=await desk.actor(arguments.by),
        city=desk.city,
        check=matrix_problems,
        open_work=desk.database.open_work,
        clock=desk.clock,
        holds_from=arguments.holds_from,
        note=arguments.note,
    )
    return _told(proposal, desk)


async def _refuse(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    from dispatcher.workflow.amend import refuse_change

    proposal = await refuse_change(
        arguments.number,
        actor=await desk.actor(arguments.by),
        reason=arguments.reason,
        open_work=desk.database.open_work,
        clock=desk.clock,
    )
    return _told(proposal, desk)


async def _what_if(desk: _Desk, arguments: argparse.Namespace) -> _Told:
    from dispatcher.store.routed import PostgresRouted
    from hotline.what_if import what_if, what_if_fields, what_if_lines
    from models.errors import Rejected

    if arguments.last < arguments.first:
        raise Rejected(f"the period ends on {arguments.last}, before it begins on {arguments.first}")
    if arguments.proposal is None:
        other = _of_file(desk.city, arguments.matrix)
    else:
        other = _with_proposal(desk.city, await _proposal(desk, arguments.proposal), arguments.first)
    found = await what_if(
        PostgresRouted(desk.pool), desk.city, other, first=arguments.first, last=arguments.last, as_of=arguments.as_of
    )
    return what_if_fields(found, desk.city), what_if_lines(found, desk.city)


def _of_file(city: "City", path: Path) -> "RouteTable":
    from config.profiles import load_matrix
    from dispatcher.rules.routing import RouteTable

    return RouteTable(load_matrix(path, city.profile), city.profile.districts, city.profile.units)


def _with_proposal(city: "City", proposal: "MatrixProposal", first: date) -> "RouteTable":
    """Return the matrix in force with a proposal, as if it had held from ``first`` on and for good."""
    from dispatcher.rules.routing import RouteTable

    profile, changes = city.profile, city.matrix.changes
    entry = replace(proposal.entry(holds_from=first, version=len(changes) + 1), valid_to=None)
    matrix = replace(
        profile.matrix,
        version=f"{city.routes.version}，加第 {proposal.number} 号变更",
        entries=(*profile.matrix.entries, *changes, entry),
    )
    return RouteTable(matrix, profile.districts, profile.units)
