"""Runs jobs of GitHub Actions on this computer: the steps of workflows and of composite actions of this repository.

Only what these files use is implemented: `run`, `uses` of a composite action of this repository, `env`, `with`, `working-directory`, `id` and `if`,
the files GITHUB_ENV, GITHUB_OUTPUT, GITHUB_PATH and GITHUB_STEP_SUMMARY, and expressions with the operators `==` and `!=`. Any other key or
expression is an error. A step of another action, such as actions/checkout, is skipped.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
STEP_KEYS = {"name", "id", "if", "run", "uses", "with", "env", "shell", "working-directory"}
# The commands of the documentation of GitHub, for a step with and without `shell`.
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"], None: ["bash", "-e"]}
OWN_ACTION = re.compile(r"OWNER/mock-ecr/(packaging/actions/[a-z-]+)@v.*")


@dataclass
class Job:
    """A job with its environment. `succeeded` is its result after `run`."""

    repository: Path
    workspace: Path
    temp: Path
    github: dict[str, str]
    system: tuple[str, str] = ("Linux", "X64")
    environment: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    summary: str = ""
    log: str = ""
    succeeded: bool = True
    exit_codes: list[int] = field(default_factory=list)

    def run(self, steps: list[dict[str, Any]]) -> Job:
        """Runs the steps of a workflow, and ends the processes that they leave."""
        self.temp.mkdir(parents=True)
        self.tracking = str(uuid.uuid4())
        try:
            self.run_steps(steps, {"github": self.github, "inputs": {}})
        finally:
            self.orphans = end_processes(f"RUNNER_TRACKING_ID={self.tracking}")
        return self

    def run_steps(self, steps: list[dict[str, Any]], context: dict[str, Any], action: Path | None = None) -> dict[str, Any]:
        """Returns the contexts with the outputs of the steps."""
        context = {**context, "steps": {}}
        for step in steps:
            unknown = set(step) - STEP_KEYS
            if unknown:
                raise ValueError(f"unknown keys of a step: {unknown}")
            outputs: dict[str, str] = {}
            if self.is_run(step, context):
                outputs = self.run_step(step, context, action)
            if "id" in step:
                context["steps"][step["id"]] = {"outputs": outputs}
        return context

    def is_run(self, step: dict[str, Any], context: dict[str, Any]) -> bool:
        condition = str(step.get("if", "success()"))
        status = {"success()": self.succeeded, "failure()": not self.succeeded, "always()": True}
        if condition in status:
            return status[condition]
        return self.succeeded and evaluate(condition, context) == "true"

    def run_step(self, step: dict[str, Any], context: dict[str, Any], action: Path | None) -> dict[str, str]:
        self.log += f"## {step.get('name') or step.get('uses') or step['run'].splitlines()[0]}\n"
        if "run" in step:
            return self.run_script(step, context, action)
        own = OWN_ACTION.fullmatch(step["uses"])
        return self.run_action(self.repository / own[1], step.get("with", {}), context) if own else {}

    def run_action(self, folder: Path, values: dict[str, Any], context: dict[str, Any]) -> dict[str, str]:
        definition = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        declared = definition["inputs"]
        unknown = set(values) - set(declared)
        missing = {name for name, one in declared.items() if one.get("required") and name not in values}
        if unknown or missing:
            raise ValueError(f"{folder.name}: unknown inputs {unknown}, missing inputs {missing}")
        inputs = {name: text(one.get("default", "")) for name, one in declared.items()}
        inputs |= {name: substitute(text(value), context) for name, value in values.items()}
        result = self.run_steps(definition["runs"]["steps"], {"github": context["github"], "inputs": inputs}, folder)
        return {name: substitute(one["value"], result) for name, one in definition.get("outputs", {}).items()}

    def run_script(self, step: dict[str, Any], context: dict[str, Any], action: Path | None) -> dict[str, str]:
        """Runs a script as the runner does, and reads the files that it has written."""
        if action and "shell" not in step:
            raise ValueError("a step of a composite action must have a shell")
        files = {name: self.temp / f"{uuid.uuid4()}-{name}" for name in ("ENV", "OUTPUT", "PATH", "STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        script = self.temp / f"{uuid.uuid4()}.sh"
        script.write_text(substitute(step["run"], context), encoding="utf-8")
        environment = self.base_environment() | {f"GITHUB_{name}": str(file) for name, file in files.items()}
        environment |= {name: substitute(text(value), context) for name, value in step.get("env", {}).items()}
        folder = self.workspace / substitute(step.get("working-directory", "."), context)
        result = subprocess.run(
            [*SHELLS[step.get("shell")], str(script)],
            cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        )
        self.log += result.stdout
        self.exit_codes.append(result.returncode)
        self.succeeded &= result.returncode == 0
        self.environment |= variables(files["ENV"])
        self.path += files["PATH"].read_text(encoding="utf-8").split("\n")[:-1]
        self.summary += files["STEP_SUMMARY"].read_text(encoding="utf-8")
        return variables(files["OUTPUT"])

    def base_environment(self) -> dict[str, str]:
        github = {f"GITHUB_{name.upper()}": value for name, value in self.github.items() if not name.startswith("action_")}
        return {
            "PATH": os.pathsep.join([*reversed(self.path), os.environ["PATH"]]),
            "HOME": str(self.temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": self.system[0],
            "RUNNER_ARCH": self.system[1],
            "RUNNER_TRACKING_ID": self.tracking,
            **github,
            **self.environment,
        }


def text(value: Any) -> str:
    """Returns a value of YAML as the runner passes it to an action."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def substitute(value: str, context: dict[str, Any]) -> str:
    return EXPRESSION.sub(lambda found: evaluate(found[1], context), value)


def evaluate(expression: str, context: dict[str, Any]) -> str:
    for operator in ("==", "!="):
        if operator in expression:
            left, right = (evaluate(part.strip(), context) for part in expression.split(operator))
            return text((left == right) == (operator == "=="))
    if re.fullmatch("'[^']*'", expression):
        return expression[1:-1]
    if not re.fullmatch(r"[a-z_]+(\.[\w-]+)+", expression):
        raise ValueError(f"unknown expression: {expression}")
    value: Any = context
    *parts, last = expression.split(".")
    for part in parts:
        # A step that was not run has no outputs, but a step that does not exist is a mistake.
        value = value[part]
    if parts[0] in ("inputs", "github") and last not in value:
        raise ValueError(f"unknown expression: {expression}")
    return value.get(last, "")


def variables(file: Path) -> dict[str, str]:
    """Reads lines `NAME=VALUE`, and `NAME<<END` with the lines up to `END`."""
    found = {}
    lines = iter(file.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        if "<<" in name or not equals:
            name, _, end = line.partition("<<")
            value = "\n".join(iter(lambda: next(lines), end))
        found[name] = value
    return found


def end_processes(variable: str) -> int:
    """Ends the processes with a variable in their environment, as the runner does. Returns their number."""
    ended = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGTERM)
                ended += 1
        except (OSError, ProcessLookupError):
            pass
    return ended
