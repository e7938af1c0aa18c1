"""The clock of a running mock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Optional

from mock_ecr._control import ControlClient
from mock_ecr._values import Duration, Timestamp, build, format_duration, format_timestamp
from mock_ecr.models import ClockState


class Clock:
    """Reads and changes the clock of the mock. Each method that changes the clock returns the new state."""

    def __init__(self, control: ControlClient) -> None:
        """Creates the clock of a mock. ``MockEcr.clock`` returns it."""
        self._control = control

    @property
    def now(self) -> datetime:
        """The current time of the clock."""
        return self.get().now

    def get(self) -> ClockState:
        """Returns the state of the clock."""
        return build(ClockState, self._control.get("clock"))

    def set(self, to: Timestamp) -> ClockState:
        """Sets the time of the clock. The clock stays frozen or continues to run."""
        return build(ClockState, self._control.post("clock/set", {"to": format_timestamp(to)}))

    def advance(
        self, by: Optional[Duration] = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> ClockState:
        """Moves the clock forward: ``advance(hours=12)``, ``advance("12h")`` or ``advance(timedelta(hours=12))``."""
        units = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if (by is None) == (not units):
            raise TypeError("expected either a duration or its units, such as advance('12h') or advance(hours=12)")
        return build(ClockState, self._control.post("clock/advance", {"by": format_duration(units if by is None else by)}))

    def freeze(self) -> ClockState:
        """Freezes the clock at its current time."""
        return build(ClockState, self._control.post("clock/freeze", {}))

    def run(self) -> ClockState:
        """Lets the clock run from its current time."""
        return build(ClockState, self._control.post("clock/run", {}))
