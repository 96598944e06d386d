"""All that an object holds, private parts too, as one short text that can be compared."""

import hashlib
import io
import pickle
from typing import Any


def fingerprint(value: Any) -> str:
    """Return the same text for objects that hold the same, in the same order.

    It tells dictionaries in another order apart; what is shared counts as if it was repeated.
    """
    found = io.BytesIO()
    pickler = pickle.Pickler(found, protocol=pickle.HIGHEST_PROTOCOL)
    # Without memos, so that it does not matter which strings are one object.
    pickler.fast = True
    pickler.dump(value)
    return hashlib.sha256(found.getvalue()).hexdigest()
