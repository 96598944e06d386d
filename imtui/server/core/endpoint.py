"""What a table of methods consists of, and functions that read before they change."""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from msgspec import Struct

from imtui.server.core.context import Context

P = ParamSpec("P")
N = TypeVar("N")
A = TypeVar("A")


class Planned(Generic[P, N, A]):
    """A function that reads the archive: ``plan`` reads and changes nothing, ``apply`` the reverse.

    A plan whose read fails, or is not there yet, can be made again: nothing has happened. Rates,
    revisions and numbers are taken by ``apply``.
    """

    def __init__(
        self,
        plan: Callable[Concatenate[Context, P], N],
        apply: Callable[Concatenate[Context, N, P], A],
    ) -> None:
        """Combine the two steps."""
        self.plan = plan
        self.apply = apply
        self.__doc__ = apply.__doc__

    def __call__(self, context: Context, *args: P.args, **kwargs: P.kwargs) -> A:
        """Plan, then apply."""
        return self.apply(context, self.plan(context, *args, **kwargs), *args, **kwargs)


def planned(
    plan: Callable[Concatenate[Context, P], N],
) -> Callable[[Callable[Concatenate[Context, N, P], A]], Planned[P, N, A]]:
    """Make a planned function of the decorated one, which is given what ``plan`` returns."""

    def combine(apply: Callable[Concatenate[Context, N, P], A]) -> Planned[P, N, A]:
        return Planned(plan, apply)

    return combine


class Endpoint(Struct, frozen=True):
    """How a method is carried out."""

    params: type[Struct]
    function: Callable[[Context, Any], Struct | None]
    """Takes the context and the parameters; None is an empty answer. Raises IMError."""
    needs_login: bool = True
    is_durable: bool = True
    """What it changes outlives a restart, or what it answers has to be on the disk."""
    dropped: Callable[[Context, Any], Struct | None] | None = None
    """What is done instead if the app's own server drops the request: only the caller sees it."""
