"""A small program that becomes another one which cannot outlive its parent.

It runs between fork and exec in a Python of its own, because calling ``prctl`` in ``preexec_fn`` is unsafe in a parent
with threads. It imports the standard library only: ``launched`` starts it by path in an isolated interpreter (60 ms).
"""

import ctypes
import json
import os
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

# Numbers of the Linux ABI: <linux/prctl.h> and <linux/capability.h>.
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that a program runs under when we are root.

    Attributes:
        passes_closed_folders: the account keeps root's right to walk through folders that are closed to it.
    """

    uid: int
    gid: int
    passes_closed_folders: bool = False


def launched(argv: Sequence[str], *, death_signal: signal.Signals, account: Account | None = None) -> list[str]:
    """The command line that starts ``argv`` so that ``death_signal`` reaches it when we die, even by ``kill -9``.

    Linux counts the *thread* that starts the child as its parent: start from a thread that lives as long as the child.
    """
    plan = {
        "parent": os.getpid(),
        "death_signal": int(death_signal),
        "account": None if account is None else asdict(account),
    }
    return [sys.executable, "-I", "-S", __file__, json.dumps(plan), *argv]


def _prctl(option: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    values = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *values) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")


def _keep_one_capability(capability: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    if libc.capset(header, struct.pack("<IIIIII", bit, bit, bit, 0, 0, 0)) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _become(account: Account) -> None:
    _prctl(_PR_SET_KEEPCAPS, int(account.passes_closed_folders))
    os.setgroups([])
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if account.passes_closed_folders:
        _keep_one_capability(_CAP_DAC_OVERRIDE)


def main(arguments: Sequence[str]) -> None:
    """Take the plan and the command line, change into the account, and become the program."""
    plan = json.loads(arguments[0])
    argv = list(arguments[1:])
    if plan["account"] is not None:
        _become(Account(**plan["account"]))
    _prctl(_PR_SET_PDEATHSIG, plan["death_signal"])  # after the change of account, which clears it
    if os.getppid() != plan["parent"]:
        sys.exit("the parent died before the program started")
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(sys.argv[1:])
