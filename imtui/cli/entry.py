"""The entry point of the command: Ctrl-C ends it cleanly, and SIGHUP no server; also early."""

try:
    import os
    import signal
    import sys
    from types import FrameType

    _EXIT_INTERRUPTED = 130

    def _exit_at_once(_number: int, _frame: FrameType | None) -> None:
        # An exception could be lost in the import that it interrupts, or print a traceback.
        os._exit(_EXIT_INTERRUPTED)

    def _set(handler: "signal.Handlers | signal._HANDLER") -> None:
        # Whoever started this process may have it ignore Ctrl-C.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, handler)

    _set(_exit_at_once)
    if sys.argv[1:2] == ["serve"] and sys.platform != "win32":
        # Later it reads its settings again.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run() -> int:
    """Run the command and return its exit status; 130 whenever Ctrl-C interrupts it."""
    try:
        from imtui.cli.main import main

        return main(on_start=lambda: _set(signal.default_int_handler))
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED
    finally:
        _set(_exit_at_once)
