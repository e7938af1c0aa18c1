"""How the program is found."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

import mock_ecr._program as program
from mock_ecr import ProgramNotFoundError, find_program


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No program is found, unless a test creates one in these places."""

    def get_path(name: str, scheme: str = "default") -> str:
        return str(tmp_path / scheme)

    monkeypatch.delenv("MOCK_ECR_PROGRAM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(sysconfig, "get_path", get_path)
    monkeypatch.setattr(program, "__file__", str(tmp_path / "target/mock_ecr/_program.py"))
    return tmp_path


def test_the_order(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ["path", "target/bin", f"{os.name}_user", "default"]:
        path = executable(places / place / "mock-ecr")
        assert find_program() == path
    monkeypatch.setenv("MOCK_ECR_PROGRAM", str(executable(places / "variable")))
    assert find_program() == places / "variable"
    assert find_program(executable(places / "argument")) == places / "argument"


def test_no_program_is_an_error_with_the_places(places: Path) -> None:
    (places / "default").mkdir()
    (places / "default/mock-ecr").write_text("not executable")
    with pytest.raises(ProgramNotFoundError, match="pip install mock-ecr") as caught:
        find_program()
    for place in ["default", f"{os.name}_user", "target/bin"]:
        assert str(places / place / "mock-ecr") in str(caught.value)


def test_a_path_without_a_program_is_an_error(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(places / "default/mock-ecr")
    with pytest.raises(ProgramNotFoundError, match="the argument program is '/nonexistent'"):
        find_program("/nonexistent")
    monkeypatch.setenv("MOCK_ECR_PROGRAM", "/nonexistent")
    with pytest.raises(ProgramNotFoundError, match="the variable MOCK_ECR_PROGRAM is '/nonexistent'"):
        find_program()
