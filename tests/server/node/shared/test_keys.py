"""The app's newest key is in the data folder of each node, for the commands there."""

from imtui.server.node.data_dir import DataDir
from tests.server.node.shared.nodes import Nodes


async def test_commands_with_the_data_folder_work_on_each_node(linked: Nodes) -> None:
    first, second = linked.all
    await second.admin("account", "import", "alice")
    before = DataDir(second.data).app_key()
    assert before == DataDir(first.data).app_key()

    await second.admin("key", "rotate", "--grace", "1s")

    await second.until_logged("app_key.json has the app's newest key", times=2)
    assert before != DataDir(second.data).app_key() == DataDir(first.data).app_key()
    assert "alice" in await second.admin("account", "list")
