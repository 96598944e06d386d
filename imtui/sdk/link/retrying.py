"""Trying again after a failure, at another address or later."""

import asyncio
from collections.abc import Awaitable, Callable

from imtui.protocol.errors import IMError
from imtui.sdk.failures import is_sent_away, is_transient, is_unreachable
from imtui.sdk.link.keep_alive import Alarm
from imtui.sdk.link.options import LinkOptions
from imtui.sdk.listener import IMSDKListener, Listeners


async def retry(
    attempt: Callable[[], Awaitable[IMError]],
    *,
    logged_in: Callable[[], bool],
    options: LinkOptions,
    listeners: Listeners,
    alarm: Alarm,
) -> IMError:
    """Attempt to be connected until a failure is final, and return that failure.

    Before the first login has succeeded, every failure is final but one of an address, while
    another address is left and the time-out has not passed.

    Args:
        attempt: Connects, logs in and stays connected; returns why that ended.
        logged_in: Returns whether the session is logged in, even without a connection.
        options: The client's options.
        listeners: Notified of each wait, once the session is logged in.
        alarm: Sleeps between the attempts.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + options.timeout
    route = options.route

    def may_work_elsewhere() -> bool:
        return is_unreachable(error) and route.has_untried and loop.time() < deadline

    error = await attempt()
    while is_transient(error) and (logged_in() or may_work_elsewhere()):
        delay = route.next_delay(sent_away=is_sent_away(error))
        if logged_in():
            listeners.notify(IMSDKListener.on_reconnect_scheduled, delay)
        await alarm.sleep(delay)
        error = await attempt()
    return error
