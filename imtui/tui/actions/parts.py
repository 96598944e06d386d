"""The parts of the app that the actions use."""

from dataclasses import dataclass

from imtui.tui.actions.feedback import Feedback
from imtui.tui.actions.navigator import Navigator
from imtui.tui.actions.preferences import Preferences
from imtui.tui.actions.toaster import Toaster
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.services.login_service import LoginService
from imtui.tui.services.watch_service import WatchService
from imtui.tui.settings.file import SettingsFile
from imtui.tui.state.memory import Memory


@dataclass(frozen=True)
class Parts:
    """The parts of the app that an action can use."""

    model: Model
    memory: Memory
    login_service: LoginService
    watch_service: WatchService
    settings_file: SettingsFile
    preferences: Preferences
    feedback: Feedback
    toaster: Toaster
    navigator: Navigator
    keys: Keys
    glyphs: Glyphs
    clock: Clock
