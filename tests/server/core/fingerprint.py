"""All that an object holds, private parts too, as one short text that can be compared."""

import hashlib
import io
import pickle
from typing import Any

from imtui.server.core.messages.order import ConversationOrders


def fingerprint(value: Any) -> str:
    """Return the same text for objects that hold the same, in the same order.

    It tells dictionaries in another order apart; what is shared counts as if it was repeated. What
    only repeats other parts, to find them sooner, does not count.
    """
    found = io.BytesIO()
    pickler = _Pickler(found, protocol=pickle.HIGHEST_PROTOCOL)
    # Without memos, so that it does not matter which strings are one object.
    pickler.fast = True
    pickler.dump(value)
    return hashlib.sha256(found.getvalue()).hexdigest()


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        return (ConversationOrders, ()) if isinstance(value, ConversationOrders) else NotImplemented
