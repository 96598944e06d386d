"""All attacks by name; another one is an entry in a module of ``kinds``."""

from collections.abc import Mapping
from typing import Final

from tests.attacks.attack import Attack
from tests.attacks.kinds import callbacks, connections, costly, floods, frames, http, strangers

_MODULES: Final = (frames, connections, costly, floods, strangers, http, callbacks)

ATTACKS: Final[Mapping[str, Attack]] = {
    attack.name: attack for module in _MODULES for attack in module.ATTACKS
}
