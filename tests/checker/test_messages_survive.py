"""Short runs of the checker with fixed seeds."""

from pathlib import Path

import pytest

from tests.checker.run import check


@pytest.mark.parametrize("seed", [1])
async def test_no_message_is_lost_or_doubled_whatever_breaks(tmp_path: Path, seed: int) -> None:
    report = await check(tmp_path, seed, faults=25)
    assert not report.wrong, str(report)


async def test_nobody_notices_that_an_edge_or_the_core_is_killed(tmp_path: Path) -> None:
    report = await check(tmp_path, 1, faults=6, only=("kill core", "kill edge"), edges=2)
    assert not report.wrong, str(report)


async def test_nobody_notices_that_a_node_or_its_database_goes_away(tmp_path: Path) -> None:
    kinds = ("kill leading node", "kill core", "restart database")
    report = await check(tmp_path, 1, faults=3, only=kinds, nodes=2)
    assert not report.wrong, str(report)
