"""A system that is played: ``python -m tests.platforms.played win32 import``, ``… app FOLDER``.

``… live FOLDER`` has a backend and two clients, and ``… serve FOLDER`` is ``imtui serve``, which
``CTRL_BREAK`` stops.

Libraries are imported before. What is imtui's own, and Textual's drivers, are then imported in a
process that says it runs on the other system, and lacks what that one lacks. The list of what
Windows lacks need not be complete: mypy knows all of it, and checks the same modules.
"""

import asyncio
import errno
import importlib
import os
import pkgutil
import select
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Final

UNIX_ONLY: Final = {"imtui.tui.kit.undocumented.driver"}
"""What Windows cannot import, and has something else for."""
LINUX_ONLY: Final = {"imtui.server.edge.turns.fair_selector"}

CTRL_BREAK: Final = signal.SIGXCPU
"""The signal that plays Ctrl-Break."""

_MODULES_OF_UNIX: Final = ("termios", "fcntl", "pwd", "grp", "resource", "tty", "pty", "syslog")
_LACKING: Final[dict[str, dict[ModuleType, Sequence[str]]]] = {
    "darwin": {
        os: ("sched_getaffinity", "sched_setaffinity", "waitid", "posix_fadvise", "prlimit"),
        select: ("epoll", "EPOLLIN", "EPOLLOUT", "EPOLLERR", "EPOLLHUP", "EPOLLRDHUP"),
        socket: ("TCP_QUICKACK", "SO_PEERCRED"),
        time: ("CLOCK_BOOTTIME",),
    },
    "win32": {
        os: (
            *("fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getsid"),
            *("setsid", "killpg", "getpgid", "chown", "lchown", "fchown", "mkfifo", "openpty"),
            *("statvfs", "fstatvfs", "ST_RDONLY", "pread", "pwrite", "nice", "getloadavg", "uname"),
            *("sched_getaffinity", "O_NONBLOCK", "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC"),
            *("waitid", "WNOHANG", "WUNTRACED", "tcgetpgrp", "ttyname", "sysconf"),
        ),
        select: ("epoll", "poll", "EPOLLIN", "EPOLLOUT", "EPOLLERR", "EPOLLHUP", "EPOLLRDHUP"),
        socket: ("AF_UNIX", "SO_REUSEPORT", "SO_PEERCRED"),
        signal: (
            *("SIGHUP", "SIGTSTP", "SIGWINCH", "SIGKILL", "SIGQUIT", "SIGCONT", "SIGSTOP"),
            *("SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE", "SIGALRM", "SIGTTOU", "SIGTTIN"),
            *("setitimer", "alarm", "pause", "sigwait", "pthread_kill", "pthread_sigmask"),
        ),
        time: ("tzset", "clock_gettime", "CLOCK_BOOTTIME"),
        asyncio: ("open_unix_connection", "start_unix_server"),
    },
}


class _Missing(MetaPathFinder):
    """Says that there are no modules of Unix."""

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name in _MODULES_OF_UNIX:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def _unsupported(*_: object, **__: object) -> None:
    raise NotImplementedError


def modules() -> list[str]:
    """Return the names of all modules of imtui."""
    package = importlib.import_module("imtui")
    return [one.name for one in pkgutil.walk_packages(package.__path__, "imtui.")]


def play(platform: str) -> None:
    """Make this process believe that it runs on a system."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "imtui" or name.startswith("textual.drivers"):
            del sys.modules[name]
    sys.platform = platform
    for module, names in _LACKING[platform].items():
        for name in names:
            vars(module).pop(name, None)
    loop = asyncio.SelectorEventLoop
    # Windows has no other; macOS has one that is not here.
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[misc, assignment]
    if platform == "win32":
        _play_locks()
        pair, unix = socket.socketpair, socket.AddressFamily(1)
        socket.socketpair = lambda *_: pair(unix)
        usage = SimpleNamespace(free=2**40)
        shutil.disk_usage = lambda _: usage  # type: ignore[assignment, return-value]
        vars(signal)["SIGBREAK"] = CTRL_BREAK
        for name in (
            *("add_signal_handler", "remove_signal_handler"),
            *("create_unix_connection", "create_unix_server"),
        ):
            setattr(loop, name, _unsupported)
        # The default of Windows watches no sockets.
        asyncio.new_event_loop = _unsupported  # type: ignore[assignment]
        sys.meta_path.insert(0, _Missing())
        for name in _MODULES_OF_UNIX:
            sys.modules.pop(name, None)


def _play_locks() -> None:
    """Give a ``msvcrt`` that locks as that of Windows does."""
    import fcntl

    def locking(descriptor: int, mode: int, _count: int) -> None:
        if mode == msvcrt.LK_UNLCK:
            return fcntl.flock(descriptor, fcntl.LOCK_UN)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    msvcrt = ModuleType("msvcrt")
    vars(msvcrt).update(locking=locking, LK_NBLCK=2, LK_UNLCK=0)
    sys.modules["msvcrt"] = msvcrt


def import_all() -> None:
    """Import all modules; print those that cannot be imported, and why."""
    for name in modules():
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}")


async def live(folder: Path) -> None:
    """Start a backend, send a message between two users, and print it and the platform."""
    from imtui.protocol.usersig import sign
    from imtui.sdk import IMClient, IMSDKListener, Message, SelfDevice
    from imtui.server.node.backend import Backend
    from imtui.server.node.config import BackendConfig

    received: asyncio.Queue[str] = asyncio.Queue()

    class Listener(IMSDKListener):
        def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
            received.put_nowait(str(devices[0].platform))

        def on_recv_new_message(self, message: Message) -> None:
            received.put_nowait(message.text)

    for _ in range(2):
        # The second one finds the files of the first.
        async with Backend(BackendConfig(folder / "data")) as backend:
            key, url = backend.app_key, backend.address.ws
            async with (
                IMClient(url, key.sdk_app_id, storage_dir=folder / "alice") as alice,
                IMClient(url, key.sdk_app_id, storage_dir=folder / "bob") as bob,
            ):
                bob.add_im_sdk_listener(Listener())
                await bob.login("bob", sign("bob", key.sdk_app_id, key.secret_key))
                print(await received.get())
                await alice.login("alice", sign("alice", key.sdk_app_id, key.secret_key))
                await alice.send_c2c_text_message("Hello", "bob")
                print(await received.get())


async def app(folder: Path) -> None:
    """Run the app without a terminal, and print the status that it sets, and its driver."""
    import textual.app

    if sys.platform == "win32":
        # Its module cannot be imported elsewhere; without a terminal, it is not used.
        module = ModuleType("textual.drivers.windows_driver")
        vars(module)["WindowsDriver"] = type("WindowsDriver", (textual.app.Driver,), {})
        sys.modules[module.__name__] = module
        vars(textual.app)["WINDOWS"] = True
    from imtui.tui.kit.terminal import exit_on_signals
    from tests.tui.harness import running

    with ExitStack() as stack:
        exit_on_signals(lambda: None, stack)
        async with running(folder) as run:
            await run.press("s")
            await run.type("On the call", "enter")
            await run.shows("On the call")
            print(run.fake.own.custom_status, run.app.driver_class.__name__)


def main() -> None:
    """Play a system, and do what is asked for."""
    platform, what, *rest = sys.argv[1:]
    for name in modules():
        importlib.import_module(name)
    play(platform)
    if what == "import":
        import_all()
        return
    if what == "serve":
        from imtui.cli.main import main as run

        sys.exit(run(["serve", "--data", rest[0], "--port", "0", "--rest-port", "0"]))
    from imtui.server.edge.turns.fair_loop import new_loop

    work = app(Path(rest[0])) if what == "app" else live(Path(rest[0]))
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)


if __name__ == "__main__":
    main()
