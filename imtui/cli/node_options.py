"""The options that set what belongs to a node, and where its settings come from."""

import argparse
from functools import partial
from pathlib import Path

from imtui.cli.arguments import node_setting
from imtui.server.node.settings.file import FILE_NAME, SettingsSource
from imtui.server.node.settings.settings import SETTINGS


def add_node_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--config``, and an option for each setting of a node."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"the file with the settings of this node (DIR/{FILE_NAME}, if it exists)",
    )
    for name, setting in SETTINGS.items():
        parser.add_argument(
            option_of(name),
            type=partial(node_setting, setting.kind),
            action="append" if setting.kind.is_list else "store",
            metavar=setting.metavar,
            help=setting.help,
        )


def option_of(name: str) -> str:
    """Return the option that sets a setting, such as ``--rest-port`` for ``rest_port``."""
    return f"--{name.replace('_', '-')}"


def settings_source(arguments: argparse.Namespace) -> SettingsSource:
    """Return where the settings come from, given parsed arguments with a data folder."""
    given = ((name, getattr(arguments, name)) for name in SETTINGS)
    options = {
        name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value
        for name, value in given
        if value is not None
    }
    if arguments.config is not None:
        return SettingsSource(options, arguments.config, must_exist=True)
    return SettingsSource(options, arguments.data / FILE_NAME, must_exist=False)
