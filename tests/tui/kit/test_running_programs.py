"""Lending the terminal to another program."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from imtui.tui.kit.terminal import editor_command, run_program


@pytest.mark.parametrize(
    ("environ", "command"),
    [
        ({}, []),
        ({"EDITOR": ""}, []),
        ({"EDITOR": "nano"}, ["nano"]),
        ({"EDITOR": "nano", "VISUAL": "code --wait"}, ["code", "--wait"]),
        ({"EDITOR": "'/my editors/vi' -n"}, ["/my editors/vi", "-n"]),
    ],
)
def test_the_editor_is_found(environ: dict[str, str], command: list[str]) -> None:
    assert editor_command(environ) == command


def test_quotes_that_are_not_closed_are_an_error() -> None:
    with pytest.raises(ValueError, match="closing"):
        editor_command({"EDITOR": "'vi"})


async def test_an_interrupt_is_for_the_program_alone(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    script = f"kill -INT {os.getpid()}; trap 'exit 3' INT; kill -INT $$"
    assert await run_program(["sh", "-c", script]) == 3
    assert signal.getsignal(signal.SIGINT) is before


async def test_a_program_that_a_signal_ended_has_the_status_that_shells_give() -> None:
    assert await run_program(["sh", "-c", "kill -TERM $$"]) == 128 + signal.SIGTERM


async def test_a_program_ends_with_the_task_that_runs_it(tmp_path: Path) -> None:
    fifo = tmp_path / "life"
    os.mkfifo(fifo)
    script = f'exec 9>"{fifo}"; echo begun >&9; exec sleep 600'
    task = asyncio.create_task(run_program(["sh", "-c", script]))
    with await asyncio.to_thread(fifo.open) as life:
        assert await asyncio.to_thread(life.readline) == "begun\n"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(life.read) == ""
