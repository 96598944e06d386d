"""The lines of the console, as pure functions from the model to spans."""

from typing import Final

from imtui.protocol.rest.log_item import LogItem
from imtui.protocol.status import UserStatusType
from imtui.tui.console.admin_client import STATS
from imtui.tui.console.answers import AccountItem
from imtui.tui.console.model import ConsoleModel, Link
from imtui.tui.console.switches import SWITCHES, Switch, effect
from imtui.tui.kit.cells import cell_len, column, fit
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.spans import Span, crop, spread, width_of, wrap
from imtui.tui.render.glyphs import Glyphs

_NAME_MIN, _NAME_MAX = 8, 18
_NICK_FROM, _NICK_WIDTH, _NICK_MIN = 60, 6, 6
"""The list width from which nicks are shown, the extra name width, and the least nick width."""
_VALUE_WIDTH: Final = 10
_LABEL_WIDTH: Final = 12
_WIDE: Final = 112
_TITLE_WIDTH: Final = max(len(switch.title) for switch in SWITCHES)
_SHORT_WIDTH: Final = max(len(switch.short) for switch in SWITCHES)
_GAPS: Final = 3
"""The cells before the text, and between it and the devices, in total."""
_FIGURES: Final = 4
"""The number of figures in a line, each in its own column."""
_FIGURE_MAX, _FIGURE_GAP = 22, 2
_SECONDS_FROM, _COLUMNS_FROM = 44, 60
"""The log widths from which seconds, and columns, are shown."""
_STATUSES: Final = (UserStatusType.ONLINE, UserStatusType.OFFLINE, UserStatusType.UNLOGINED)
_EVENT_STATUSES: Final = {status.name.lower(): status for status in _STATUSES}
_EVENT_WIDTH: Final = 11


# The header


def head_line(
    model: ConsoleModel, where: str, width: int, glyphs: Glyphs, clock: Clock
) -> list[Span]:
    """Return the header line: the backend's name, and whether it can be reached."""
    left = [Span(" imtui console", "title")]
    if model.link is Link.LOST:
        seconds = max(-(-(model.retry_at - clock.now()) // 1000), 0)
        words = f"trying again in {seconds} s (r: now)"
        return _spread_or_right([*left, Span("   ")], [Span(words, "alert", "retry")], width)
    if model.link is Link.CONNECTING:
        connection = Span(glyphs.adapt("connecting … "), "alert")
    else:
        connection = Span("connected ", "dim")
    started = time_of_day(clock, model.started_at) if model.stats is not None else ""
    since = [Span(f"up since {started}   ", "dim")] if started else []
    room = width - width_of([*left, *since, connection]) - 4
    named = [*left, Span("   "), Span(fit(where, max(room, 0), glyphs.ellipsis), "dim")]
    if room > 0:
        return spread(named, [*since, connection], width)
    return _spread_or_right(left, [connection], width)


def _spread_or_right(left: list[Span], right: list[Span], width: int) -> list[Span]:
    """Return both sides of a line, or only the right one if they do not both fit."""
    if width_of(left) + width_of(right) < width:
        return spread(left, right, width)
    return crop([Span(" "), *right], width)


# The switches


def switch_lines(model: ConsoleModel, width: int, glyphs: Glyphs) -> list[list[Span]]:
    """Return a line for each switch; a click on its key runs its command."""
    return [
        _switch(number, switch, model, width, glyphs) for number, switch in enumerate(SWITCHES, 1)
    ]


def _switch(
    number: int, switch: Switch, model: ConsoleModel, width: int, glyphs: Glyphs
) -> list[Span]:
    """Return the line of a switch: its key, title, position and effect."""
    title = column(switch.title, _TITLE_WIDTH) if width >= _WIDE else ""
    value = model.value(switch.key)
    shown = value or "not known"
    if switch.key in model.pending:
        shown = f"{shown} {glyphs.ellipsis}"
    line = [
        Span(f" {number} ", "key", f"switch('{switch.key}')"),
        Span(title or column(switch.short, _SHORT_WIDTH)),
        Span("  "),
        Span(column(shown, _VALUE_WIDTH, glyphs.ellipsis), _value_style(value, model)),
        Span(" "),
        Span(effect(switch, model.settings), "dim"),
    ]
    return crop(line, width, glyphs.ellipsis)


def _value_style(value: str, model: ConsoleModel) -> str:
    if not value or model.link is not Link.UP:
        return "dim"
    return "title" if value == "off" else "accent"


# The figures


def figure_lines(model: ConsoleModel, width: int, glyphs: Glyphs) -> list[list[Span]]:
    """Return the live figures: accounts, connections, rates and errors."""
    lines = [
        [_label("Accounts"), *_in_columns(_accounts(model, glyphs), width)],
        [_label("Connected"), *_in_columns(_connected(model), width)],
        [_label("Per second"), *_in_columns(_rates(model), width)],
        [_label("Errors"), *_errors(model)],
    ]
    return [crop(line, width, glyphs.ellipsis) for line in lines]


def _label(words: str) -> Span:
    return Span(f" {words:<{_LABEL_WIDTH}}", "dim")


def _in_columns(figures: list[list[Span]], width: int) -> list[Span]:
    """Return figures in fixed columns, which move only if a figure is too wide for its column."""
    room = min((width - _LABEL_WIDTH - 1) // _FIGURES, _FIGURE_MAX)
    line: list[Span] = []
    for place, figure in enumerate(figures):
        if place:
            line.append(Span(" " * max(place * room - width_of(line), _FIGURE_GAP)))
        line += figure
    return line


def _figure(what: str, number: str) -> list[Span]:
    return [Span(f"{what} ", "dim"), Span(number)]


def _accounts(model: ConsoleModel, glyphs: Glyphs) -> list[list[Span]]:
    stats = model.stats
    if stats is None:
        return [[Span(glyphs.adapt(_why_no_stats(model)), "dim")]]
    figures = [_figure("total", f"{sum(stats.accounts.values()):,}")]
    for status in _STATUSES:
        badge = glyphs.badge(status)
        style = "dim" if model.link is not Link.UP else badge.style
        number = f"{stats.accounts.get(status.name, 0):,}"
        figures.append([Span(f"{badge} ", style), Span(number)])
    return figures


def _why_no_stats(model: ConsoleModel) -> str:
    return model.refusals.get(STATS, "waiting for the backend …")


def _connected(model: ConsoleModel) -> list[list[Span]]:
    stats = model.stats
    if stats is None:
        return []
    return [
        _figure(what, f"{getattr(stats, what):,}")
        for what in ("devices", "connections", "subscriptions", "friendships")
    ]


def _rates(model: ConsoleModel) -> list[list[Span]]:
    rates = model.rates
    if model.stats is None:
        return []
    return [
        _figure(what, "?" if rates is None else rate_text(getattr(rates, what)))
        for what in ("changes", "deliveries", "messages", "requests")
    ]


def _errors(model: ConsoleModel) -> list[Span]:
    stats = model.stats
    if stats is None:
        return []
    now = {} if model.rates is None else model.rates.errors
    codes = sorted(stats.errors, key=lambda code: (-now.get(code, 0), -stats.errors[code], code))
    line = [Span("since start   ", "dim")]
    for code in codes:
        # Errors that occur now come before those that occurred earlier.
        rate = [Span(f" ({rate_text(now[code])}/s)", "alert")] if code in now else []
        line += [Span(f"{code}:"), Span(f" {stats.errors[code]:,}", "dim"), *rate, Span("   ")]
    return line if codes else [Span("none", "dim")]


def rate_text(rate: float) -> str:
    """Format a rate per second: ``0``, ``0.4``, ``12``, ``1,234``."""
    if rate == 0:
        return "0"
    return f"{rate:.1f}" if rate < 9.95 else f"{rate:,.0f}"


# The accounts


def account_line(
    account: AccountItem, width: int, glyphs: Glyphs, *, cursor: bool, stale: bool
) -> list[Span]:
    """Return the row of an account: ID, nick if it fits, status, text and devices."""
    badge = glyphs.badge(account.status_type)
    dim = "dim" if stale else ""
    name_width = min(max(width // 4, _NAME_MIN), _NAME_MAX)
    if width >= _NICK_FROM:
        name_width += _NICK_WIDTH
    name = fit(account.user_id, name_width, glyphs.ellipsis)
    # The nick shares a column with the ID, so no column is empty when nobody has a nick.
    left = name_width - cell_len(name)
    has_room = width >= _NICK_FROM and left >= _NICK_MIN
    nick = f"  {account.nick}" if account.nick and has_room else ""
    line = [
        Span(f"{glyphs.cursor if cursor else ' '} ", "accent"),
        Span(name, dim),
        Span(f"{column(nick, left, glyphs.ellipsis)} ", "dim"),
        Span(column(str(badge), glyphs.badge_width, glyphs.ellipsis), dim or badge.style),
    ]
    room = width - width_of(line)
    words = account.custom_status
    devices = _devices(account, room - cell_len(words) - _GAPS)
    words = fit(words, max(room - cell_len(devices) - _GAPS, 0), glyphs.ellipsis)
    return [*line, *spread([Span(f"  {words}", dim)], [Span(devices, "dim")], room)]


def _devices(account: AccountItem, room: int) -> str:
    """Return the names of the devices if they fit, else the number of devices."""
    number = len(account.devices)
    if not number:
        return ""
    names = ", ".join(device.name for device in account.devices)
    counted = f"{number} device" if number == 1 else f"{number} devices"
    return next((words for words in (names, counted) if cell_len(words) <= room), f"{number} dev")


# The log


def log_line(item: LogItem, width: int, glyphs: Glyphs, clock: Clock) -> list[Span]:
    """Return the line of a change: time, user ID, event and details."""
    moment = clock.local(item.time)
    name_width = min(max(width // 5, _NAME_MIN), _NAME_MAX)
    when = f"{moment:%H:%M:%S}" if width >= _SECONDS_FROM else f"{moment:%H:%M}"
    # Use columns if there is room for them.
    event_width = _EVENT_WIDTH if width >= _COLUMNS_FROM else 0
    status = _EVENT_STATUSES.get(item.event)
    badge = None if status is None else glyphs.badge(status)
    what = item.event if badge is None else f"{badge.glyph} {item.event}"
    line = [
        Span(f" {when} ", "dim"),
        Span(f"{column(item.user_id, name_width, glyphs.ellipsis)} "),
        Span(f"{what:<{event_width}}", "" if badge is None else badge.style),
        Span(" "),
        _details(item, glyphs),
    ]
    return crop(line, width, glyphs.ellipsis)


def _details(item: LogItem, glyphs: Glyphs) -> Span:
    """Return a status text in quotes, or the backend's remark about the event."""
    if item.is_audit:
        code = str(item.code) if item.code else ""
        times = f"({item.count}x)" if item.count > 1 else ""
        words = " ".join(filter(None, (item.text, code, item.address, times)))
        return Span(words, "" if item.event == "admin" else "alert")
    if item.event == "status" and item.text:
        return Span(glyphs.quote(item.text))
    return Span("none" if item.event == "status" else item.text, "dim")


# The bottom lines


def help_lines(model: ConsoleModel, in_log: bool, width: int, glyphs: Glyphs) -> list[list[Span]]:
    """Return the notice, or else why the backend cannot be reached, or else the keys.

    Args:
        model: The model to show.
        in_log: Whether the log has the focus instead of the accounts.
        width: The width in cells; a text that does not fit takes two lines.
        glyphs: The characters to draw with.
    """
    if model.notice is not None:
        words, style = model.notice.words, "alert" if model.notice.is_error else "accent"
    elif model.reason:
        words, style = model.reason, "alert"
    else:
        help = Span(f" {glyphs.adapt(_LOG_HELP if in_log else _ACCOUNTS_HELP)}", "dim")
        return [crop([help], width, glyphs.ellipsis)]
    first, *rest = wrap([Span(glyphs.adapt(words), style)], max(width - 2, 1), glyphs.ellipsis)
    second = crop([span for line in rest for span in line], max(width - 2, 1), glyphs.ellipsis)
    return [[Span(" "), *line] for line in (first, second) if line]


_MOVES: Final = "↑ ↓ PgUp PgDn Home"
_ACCOUNTS_HELP: Final = (
    f"{_MOVES} End: move · Tab: log · Esc: all · 1-{len(SWITCHES)}, click: switch"
)
_LOG_HELP: Final = f"{_MOVES}: scroll · End: follow the newest · Tab: accounts"
