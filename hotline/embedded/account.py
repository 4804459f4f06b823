"""The system account under which PostgreSQL runs when we are root, because it refuses to run as root.

The machine is left as it is: no account is created and no folder is opened to others. Where the way to the data or to
the programs leads through a folder that only root may enter (a clone below ``/root``, a temporary folder), the server
keeps the one capability that lets it pass.
"""

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from hotline.embedded.launch import Account
from models.errors import Rejected

# "postgres" exists where the distribution's PostgreSQL was installed; "nobody" exists everywhere.
_CANDIDATES = ("postgres", "nobody")


def server_account(data: Path, *, needs: Iterable[Path]) -> Account | None:
    """The account for the server of this data folder; None when we are not root and run as ourselves.

    An existing data folder decides by its owner, so the account stays the same when another one appears later.

    Parameters:
        data: the data folder; it need not exist yet.
        needs: files and folders that the account must be able to reach.

    Raises:
        Rejected: no suitable account exists on this machine.
    """
    if os.geteuid() != 0:
        return None
    account = _owner(data) if data.exists() else _first_candidate()
    closed = not all(_reachable(path, account) for path in needs)
    return replace(account, passes_closed_folders=closed)


def _owner(path: Path) -> Account:
    status = path.stat()
    if status.st_uid == 0:
        raise Rejected(f"{path} belongs to root; PostgreSQL runs under another account: give the folder to {_CANDIDATES[-1]}")
    return Account(status.st_uid, status.st_gid)


def _first_candidate() -> Account:
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Rejected(f"PostgreSQL does not run as root, and none of the accounts {', '.join(_CANDIDATES)} exists here")


def _reachable(path: Path, account: Account) -> bool:
    return all(_may_enter(folder.stat(), account) for folder in path.resolve().parents)


def _may_enter(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)
