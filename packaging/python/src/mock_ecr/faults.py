"""The faults of a running mock."""

from __future__ import annotations

import json
import subprocess
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Type, Union

from mock_ecr._control import ControlClient
from mock_ecr.errors import ControlError
from mock_ecr.requests import RunProgram


class Fault:
    """A fault of a running mock. As a context manager, it removes itself at the end of the block."""

    def __init__(self, faults: Faults, value: Mapping[str, Any]) -> None:
        """Creates a fault from the JSON of the control API. ``Faults.add`` returns it."""
        self._faults = faults
        self._last = dict(value)
        #: The ID of the fault.
        self.id: int = value["id"]
        #: The requests that the fault matches.
        self.match: Mapping[str, Any] = value.get("match") or {}
        #: The action that is applied to the requests that trigger the fault.
        self.action: Any = value["action"]

    @property
    def triggered(self) -> int:
        """The number of requests whose response the fault has changed. After the removal of the fault, the number at its removal."""
        return self._counter("triggered")

    @property
    def matched(self) -> int:
        """The number of requests that matched the fault, whether or not they triggered it."""
        return self._counter("matched")

    def remove(self) -> None:
        """Removes the fault. Removing a fault that does not exist is not an error."""
        for fault in self._faults.remove(self.id):
            self._last = fault._last

    def _counter(self, name: str) -> int:
        for fault in self._faults.list():
            if fault.id == self.id:
                self._last = fault._last
        value: int = self._last[name]
        return value

    def __enter__(self) -> Fault:
        """Returns the fault."""
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        """Removes the fault."""
        self.remove()

    def __repr__(self) -> str:
        """Returns the ID, the matcher and the action."""
        return f"Fault(id={self.id}, match={self.match!r}, action={self.action!r})"


class Faults:
    """Adds, lists and removes faults. The reference of faults describes matchers and actions."""

    def __init__(self, control: ControlClient, run_program: RunProgram) -> None:
        """Creates the faults of a mock. ``MockEcr.faults`` returns them."""
        self._control = control
        self._run_program = run_program

    def add(
        self,
        fault: Optional[Union[str, Mapping[str, Any]]] = None,
        *,
        match: Optional[Mapping[str, Any]] = None,
        action: Optional[Union[str, Mapping[str, Any]]] = None,
    ) -> Fault:
        """Adds a fault after the existing faults: from a mapping with ``match`` and ``action``, from TOML text, or from the arguments.

        ``add(match={"operation": "GetAuthorizationToken", "times": 2}, action={"error": "ThrottlingException"})``
        """
        if fault is None:
            fault = _fault(match, action)
        elif match is not None or action is not None:
            raise TypeError("expected either a fault, or match and action")
        return Fault(self, self._add_toml(fault) if isinstance(fault, str) else self._control.post("faults", fault))

    def error(self, code: str, **match: Any) -> Fault:
        """Adds a fault that returns an error: ``error("ThrottlingException", operation="GetAuthorizationToken", times=2)``."""
        return self.add(match=match, action={"error": code})

    def list(self) -> List[Fault]:
        """Returns the faults in the order in which they were added."""
        return self._faults(self._control.get("faults"))

    def remove(self, fault: Union[int, Fault]) -> List[Fault]:
        """Removes a fault (an object or its ID), and returns it. Removing a fault that does not exist is not an error."""
        identifier = fault.id if isinstance(fault, Fault) else fault
        return self._faults(self._control.delete("faults", {"id": str(identifier)}))

    def clear(self) -> List[Fault]:
        """Removes all faults, and returns them."""
        return self._faults(self._control.delete("faults"))

    def _faults(self, response: Mapping[str, Any]) -> List[Fault]:
        return [Fault(self, fault) for fault in response["faults"]]

    def _add_toml(self, text: str) -> Dict[str, Any]:
        """Adds a fault in TOML. Only the program parses it, because Python has a parser for TOML only since version 3.11."""
        try:
            output = self._run_program(["fault", "add", "--json", "-"], text)
        except subprocess.CalledProcessError as error:
            raise ControlError(error.stderr.strip(), status=400, code="BAD_BODY") from error
        fault: Dict[str, Any] = json.loads(output)
        return fault


def _fault(match: Optional[Mapping[str, Any]], action: Optional[Union[str, Mapping[str, Any]]]) -> Dict[str, Any]:
    if action is None:
        raise TypeError('a fault has no action: expected an action such as {"error": "ThrottlingException"}')
    return {"match": match, "action": action} if match else {"action": action}
