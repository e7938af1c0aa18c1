"""The classes and filters have the members of the OpenAPI document."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest

from mock_ecr import Filters, models

#: A copy of the tests outside the repository needs the variable.
DOCUMENT = Path(os.environ.get("MOCK_ECR_OPENAPI", Path(__file__).parents[3] / "crates/mock-ecr/openapi.json"))


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(DOCUMENT.read_text())


@pytest.mark.parametrize(
    ("schema", "model"),
    [
        ("Clock", models.ClockState),
        ("ReceivedRequest", models.ReceivedRequest),
        ("Token", models.Token),
        ("IssuedToken", models.IssuedToken),
        ("TokenInspection", models.TokenInspection),
        ("ExistingRepository", models.Repository),
        ("Image", models.Image),
    ],
)
def test_classes(document: Any, schema: str, model: Any) -> None:
    properties = document["components"]["schemas"][schema]
    members = dataclasses.fields(model)
    assert {field.name for field in members} == set(properties["properties"])
    has_no_default = {field.name for field in members if field.default is dataclasses.MISSING}
    assert has_no_default == set(properties["required"])


def test_filters(document: Any) -> None:
    parameters = document["paths"]["/_mock/requests"]["get"]["parameters"]
    assert set(Filters.__annotations__) == {parameter["name"] for parameter in parameters} - {"limit"}
