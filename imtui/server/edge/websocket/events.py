"""What a WebSocket asks of the class that handles its messages."""

from abc import ABC, abstractmethod

from websockets.datastructures import Headers


class Events(ABC):
    """The events of a WebSocket, and what it has to know to go on."""

    __slots__ = ()

    @abstractmethod
    def opened(self, headers: Headers) -> None:
        """Handle the completed handshake, given the headers of its request."""

    @abstractmethod
    def received(self) -> None:
        """Handle that any data arrived."""

    @abstractmethod
    def message(self, text: bytes) -> None:
        """Handle a message, which is valid UTF-8."""

    @abstractmethod
    def turn_delay(self) -> float:
        """Return in how many seconds input may be handled; 0 for now."""

    @abstractmethod
    def took_frames(self, count: int) -> None:
        """Note that so many frames were handled which were no messages."""

    @abstractmethod
    def handed_over(self) -> None:
        """Handle that no message is handed over for the time being."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the next message may be handed over."""

    @abstractmethod
    def is_busy(self) -> bool:
        """Tell whether a message is still being handled; the close that follows it waits."""

    @abstractmethod
    def next_data(self) -> bytes:
        """Return frames that are ready to be written, joined; empty if there are none."""

    @abstractmethod
    def waiting_size(self) -> int:
        """Return how many bytes are ready to be written."""

    @abstractmethod
    def closed(self, held: int) -> None:
        """Handle the end: either side closes, and input is ignored from now on.

        Args:
            held: How many bytes the connection held at most, beside those of the subclass.
        """
