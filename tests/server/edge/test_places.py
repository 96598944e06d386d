"""Places for connections: bounded in all and for each address, and nobody is counted twice."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from imtui.server.edge.places import PlaceLimits, Places

LIMITS = PlaceLimits(6, 40)
ADDRESSES = ["", "192.0.2.1", "192.0.2.2"]


class Guest:
    """A connection that counts how often it had to make room."""

    def __init__(self) -> None:
        self.made_room = 0
        self.is_waiting = True
        self.address = ""

    def make_room(self) -> None:
        self.made_room += 1


class Arrivals(RuleBasedStateMachine):
    """Connections come, are named, log in and out, and go."""

    guests: Any = Bundle("guests")

    def __init__(self) -> None:
        super().__init__()
        self.places = Places(LIMITS)
        self.inside: list[Guest] = []

    def _waiting(self) -> list[Guest]:
        return [one for one in self.inside if one.is_waiting and not one.made_room]

    @rule(target=guests, address=st.sampled_from(ADDRESSES))
    def come(self, address: str) -> Guest:
        guest = Guest()
        of_address = [one for one in self.inside if one.address == address]
        waiting = [one for one in of_address if one in self._waiting()]
        admitted = not address or (len(of_address) < 40 and len(waiting) < 4)
        assert self.places.admits(address) is admitted
        if not admitted:
            return guest
        assert self.places.are_taken is (len(self.inside) >= 6)
        if self.places.are_taken:
            oldest = next(iter(self._waiting()), None)
            assert self.places.make_room() is (oldest is not None)
            if oldest is None:
                return guest
            assert oldest.made_room == 1
        guest.address = address
        self.places.enter(guest, address)
        self.inside.append(guest)
        return guest

    @rule(guest=guests, address=st.sampled_from(ADDRESSES))
    def name(self, guest: Guest, address: str) -> None:
        if guest in self.inside and guest.is_waiting and not guest.made_room:
            guest.address = address
            self.places.name(guest, address)
            self.inside.remove(guest)
            self.inside.append(guest)

    @rule(guest=guests)
    def log_in(self, guest: Guest) -> None:
        if guest in self.inside:
            self.places.logged_in(guest)
            guest.is_waiting = False

    @rule(guest=guests)
    def log_out(self, guest: Guest) -> None:
        if guest in self.inside and not guest.is_waiting and not guest.made_room:
            self.places.logged_out(guest)
            guest.is_waiting = True
            self.inside.remove(guest)
            self.inside.append(guest)

    @rule(guest=consumes(guests))
    def go(self, guest: Guest) -> None:
        self.places.leave(guest)
        self.places.leave(guest)
        if guest in self.inside:
            self.inside.remove(guest)

    @rule()
    def all_go(self) -> None:
        for guest in self.inside:
            self.places.leave(guest)
        self.inside.clear()
        assert not self.places._of_address
        assert not self.places._waiting_of_address
        assert not self.places._waiting

    @invariant()
    def nobody_makes_room_twice(self) -> None:
        assert all(one.made_room <= 1 for one in self.inside)


TestArrivals = Arrivals.TestCase
