"""Converts between values of Python and the forms of the control API and of configurations."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from typing import Any, Mapping, Type, TypeVar, Union, cast

#: A configuration: the TOML text (``str``), the path of a TOML file (``pathlib.Path``), or the keys and values of a configuration.
Config = Union[str, "os.PathLike[str]", Mapping[str, Any]]

#: A duration: a ``timedelta``, or a text such as ``"12h"``.
Duration = Union[timedelta, str]

#: A timestamp: a ``datetime`` with a time zone, or a text such as ``"2030-01-01T00:00:00Z"``.
Timestamp = Union[datetime, str]

T = TypeVar("T")

_TIMESTAMPS = frozenset({"created", "expires", "issued", "last_presented", "last_pull", "now", "pushed", "received"})


def build(model: Type[T], value: Mapping[str, Any]) -> T:
    """Returns an object of a data class from JSON. Members that the class does not have are ignored: a later mock can send more."""
    names = {field.name for field in fields(cast(Any, model))}
    return model(**{name: _member(name, member) for name, member in value.items() if name in names})


def _member(name: str, value: Any) -> Any:
    return parse_timestamp(value) if name in _TIMESTAMPS and value is not None else value


def parse_timestamp(text: str) -> datetime:
    """Parses a timestamp of the control API. ``datetime.fromisoformat`` accepts ``Z`` only since Python 3.11."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def format_timestamp(value: Timestamp) -> str:
    """Returns a timestamp in RFC 3339, in UTC."""
    if isinstance(value, str):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone: expected a datetime such as datetime(2030, 1, 1, tzinfo=timezone.utc)")
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def format_duration(value: Duration) -> str:
    """Returns a duration in milliseconds, which are the smallest unit of the mock's clock."""
    if isinstance(value, str):
        return value
    milliseconds, rest = divmod(value, timedelta(milliseconds=1))
    if rest:
        raise ValueError(f"{value!r} is not a number of whole milliseconds")
    return f"{milliseconds}ms"


def toml(value: Mapping[str, Any]) -> str:
    """Returns a TOML document with the keys and values of a mapping. Keys with the value None are omitted."""
    return "".join(f"{_key(key)} = {_toml(member, key)}\n" for key, member in value.items() if member is not None)


def _toml(value: Any, at: str) -> str:
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, (str, os.PathLike)):
        return _text(os.fspath(cast(str, value)))
    if isinstance(value, datetime):
        return _text(format_timestamp(value))
    if isinstance(value, timedelta):
        return _text(format_duration(value))
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value).items()
        return "{" + ", ".join(f"{_key(key)} = {_toml(member, f'{at}.{key}')}" for key, member in members if member is not None) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(member, at) for member in cast("list[Any]", value)) + "]"
    raise TypeError(f"{at}: {value!r} has no form in TOML: expected text, a number, a bool, a list or a mapping")


def _key(key: str) -> str:
    return _text(key)


def _text(text: str) -> str:
    """Returns a TOML string. It is the JSON string, except that TOML requires an escape for DEL and has no surrogate pairs."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
