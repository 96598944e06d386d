"""Key rings and trust of an app with a single key, for edges without a core."""

from imtui.protocol.app_key import AppKey, KeyRing, SecretKey
from imtui.server.edge.trust import Trust


def ring_of(key: AppKey) -> KeyRing:
    return KeyRing(key.sdk_app_id, (SecretKey(1, key.secret_key),))


def trust_in(key: AppKey, *admins: str) -> Trust:
    return Trust(ring_of(key), frozenset(admins or ("administrator",)))
