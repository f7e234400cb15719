"""Run a server as a child that ends with its parent and is never root: `launch.py PARENT SIGNAL FOLDER PROGRAM …`.

A program of its own (standard library only), because what it does to itself must not happen to Laurel: it becomes the
server by `exec`, so its process id is the server's.

* The kernel sends SIGNAL when the parent *thread* ends, also when it is killed; elsewhere than on Linux a watcher does.
* PostgreSQL refuses to run as root. As root it is given a user namespace, in which root is called 65534 and has no
  power; where namespaces are refused (containers), it becomes that user for real and keeps only the power to pass
  through folders. Neither makes a user or changes the permission of a folder above FOLDER.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION = 0x20080522


def libc(function: str, *arguments: object) -> None:
    """Call the C library, or raise OSError."""
    if getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")


def die_with(parent: int, wanted: signal.Signals) -> None:
    """Make sure that this process gets the signal when its parent is gone, however it went."""
    if sys.platform == "linux":
        libc("prctl", PR_SET_PDEATHSIG, int(wanted), 0, 0, 0)
    else:
        watch(parent, wanted)
    if os.getppid() != parent:
        sys.exit("the parent ended before its server began")


def watch(parent: int, wanted: signal.Signals, every: float = 0.5) -> None:
    """Leave a watcher behind that sends this process the signal once its parent has changed."""
    server = os.getpid()
    if first := os.fork():
        os.waitpid(first, 0)
        return
    if os.fork():
        os._exit(0)
    os.setsid()
    while alive(server):
        if not alive(parent):
            os.kill(server, wanted)
            break
        time.sleep(every)
    os._exit(0)


def alive(process: int) -> bool:
    """Whether there is such a process, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def step_down(folder: Path) -> None:
    """Stop being root, and be one who owns the folder."""
    owner = folder.stat().st_uid
    if owner == 0 and namespaces_are_allowed():
        enter_a_namespace()
    elif owner == 0:
        give(folder, NOBODY)
        become(NOBODY)
    else:
        become(owner)


def namespaces_are_allowed() -> bool:
    """Try it in a child: one who entered and was then refused could not come back."""
    if sys.platform != "linux":
        return False
    child = os.fork()
    if child == 0:
        try:
            enter_a_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def enter_a_namespace() -> None:
    """Enter a user namespace where root's files belong to user 65534, which we are."""
    group = os.getegid()
    libc("unshare", CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} {group} 1")):
        Path("/proc/self", name).write_text(text)


def give(folder: Path, owner: int) -> None:
    """Give the folder and all in it to a user."""
    for place, _, files in os.walk(folder):
        os.chown(place, owner, -1)
        for file in files:
            os.chown(Path(place, file), owner, -1, follow_symlinks=False)


def become(owner: int) -> None:
    """Become this user for good, keeping of root's powers only that of passing through closed folders."""
    linux = sys.platform == "linux"
    if linux:
        libc("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setuid(owner)
    if linux:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        kept = 1 << CAP_DAC_OVERRIDE
        libc("capset", header, (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0))
        libc("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: str, wanted: str, folder: str, program: str, *arguments: str) -> None:
    """Become the program."""
    if os.geteuid() == 0:
        step_down(Path(folder))
    die_with(int(parent), signal.Signals(int(wanted)))  # last, for a change of user forgets it
    os.execv(program, [program, *arguments])  # noqa: S606  to become the server is what it is for


if __name__ == "__main__":
    main(*sys.argv[1:])
