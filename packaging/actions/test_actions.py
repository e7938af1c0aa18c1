"""Tests the actions with a local release: scripts/actions sets the variables and runs these tests in a network namespace."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import re
import shutil
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
from runner import Job  # noqa: E402

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples/workflow"
RELEASE = Path(os.environ["MOCK_ECR_RELEASE"])
VERSION = os.environ["MOCK_ECR_VERSION"]
ARCHIVE = f"mock-ecr-{VERSION}-x86_64-unknown-linux-musl.tar.gz"
SETUP = f"OWNER/mock-ecr/packaging/actions/setup-mock-ecr@v{VERSION}"
CONTRACT = f"OWNER/mock-ecr/packaging/actions/contract@v{VERSION}"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


class ActionsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        # The paths of a release on GitHub.
        self.release = self.folder / f"server/owner/mock-ecr/releases/download/v{VERSION}"
        self.release.mkdir(parents=True)
        for name in (ARCHIVE, "SHA256SUMS"):
            shutil.copy(RELEASE / name, self.release)
        handler = functools.partial(QuietHandler, directory=str(self.folder / "server"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.server = f"http://127.0.0.1:{server.server_port}"

    def run_steps(self, *steps: dict, repository: str = "owner/mock-ecr", system: tuple[str, str] = ("Linux", "X64")) -> Job:
        workspace = self.folder / "workspace"
        shutil.copytree(EXAMPLE, workspace, dirs_exist_ok=True)
        github = {"server_url": self.server, "action_repository": repository, "action_ref": f"v{VERSION}"}
        temp = Path(tempfile.mkdtemp(dir=self.folder)) / "temp"
        return Job(REPOSITORY, workspace, temp, github, system).run(list(steps))

    def run_job(self, name: str) -> Job:
        workflow = yaml.safe_load((EXAMPLE / ".github/workflows/test.yml").read_text(encoding="utf-8"))
        job = self.run_steps(*workflow["jobs"][name]["steps"])
        self.assertTrue(job.succeeded, job.log)
        return job

    def assert_fails(self, job: Job, message: str) -> None:
        self.assertFalse(job.succeeded, job.log)
        self.assertIn(message, job.log)

    def test_one_mock_serves_all_steps_of_a_job_and_ends_with_it(self) -> None:
        job = self.run_job("integration")
        self.assertIn("logged in to http://127.0.0.1:4566", job.log)
        self.assertEqual(job.environment["MOCK_ECR_URL"], "http://127.0.0.1:4566")
        self.assertEqual(job.orphans, 1)

    def test_without_start_no_mock_runs_and_no_variable_is_set(self) -> None:
        job = self.run_job("unit")
        self.assertEqual((job.orphans, job.environment), (0, {}))
        self.assertIn("logged in to http://127.0.0.1:", job.log)

    def test_the_report_of_the_contract_suite_is_in_the_summary(self) -> None:
        job = self.run_job("contract")
        self.assertIn("### `mock-ecr contract`: PASSED", job.summary)
        self.assertIn("PASSED", job.log)

    def test_a_client_that_fails_the_suite_fails_the_step_with_the_same_code(self) -> None:
        options = {"client-type": "token-printer", "client": "echo 'a password'", "options": "--scenario TOK-01"}
        job = self.run_steps({"uses": SETUP}, {"uses": CONTRACT, "with": options})
        self.assert_fails(job, "FAILED")
        self.assertEqual(job.exit_codes[-1], 1)
        self.assertIn("### `mock-ecr contract`: FAILED", job.summary)

    def test_invalid_options_have_the_exit_code_of_the_suite(self) -> None:
        job = self.run_steps({"uses": SETUP}, {"uses": CONTRACT, "with": {"client-type": "printer", "client": "true"}})
        self.assert_fails(job, "invalid value 'printer'")
        self.assertEqual(job.exit_codes[-1], 2)

    def test_inputs_are_not_interpreted_by_a_shell(self) -> None:
        text = "$(touch {0}) `touch {0}` ; touch {0} \"; touch {0}\"".format(self.folder / "executed")
        self.run_steps(
            {"uses": SETUP, "with": {"start": True, "arguments": text}},
            {"if": "always()", "uses": CONTRACT, "with": {"client-type": "token-printer", "client": f"true {text}", "options": text}},
        )
        self.run_steps({"uses": SETUP, "with": {"version": text}})
        self.run_steps({"uses": SETUP, "with": {"url": text}})
        self.assertFalse((self.folder / "executed").exists())

    def test_an_unmatched_quote_fails(self) -> None:
        job = self.run_steps({"uses": SETUP, "with": {"start": True, "arguments": "--seed 'a"}})
        self.assert_fails(job, "unmatched single quote")
        self.assertEqual(job.orphans, 0)

    def test_an_archive_with_another_checksum_is_not_installed(self) -> None:
        with (self.release / ARCHIVE).open("ab") as file:
            file.write(b"x")
        job = self.run_steps({"uses": SETUP})
        self.assert_fails(job, f"::error::setup-mock-ecr: the checksum of {ARCHIVE} is ")
        self.assertEqual(job.path, [])

    def test_an_archive_that_is_not_listed_is_not_installed(self) -> None:
        (self.release / "SHA256SUMS").write_text(f"{'0' * 64}  another-{ARCHIVE}\n")
        job = self.run_steps({"uses": SETUP})
        self.assert_fails(job, f"SHA256SUMS of the release does not contain {ARCHIVE}")
        self.assertEqual(job.path, [])

    def test_the_input_sha256_must_match(self) -> None:
        checksum = hashlib.sha256((RELEASE / ARCHIVE).read_bytes()).hexdigest()
        job = self.run_steps({"uses": SETUP, "with": {"sha256": checksum}})
        self.assertTrue(job.succeeded, job.log)
        job = self.run_steps({"uses": SETUP, "with": {"sha256": "0" * 64}})
        self.assert_fails(job, f"the input sha256 is {'0' * 64}")
        self.assertEqual(job.path, [])

    def test_another_url_is_used_if_the_repository_is_unknown(self) -> None:
        job = self.run_steps({"uses": SETUP}, repository="")
        self.assert_fails(job, "set the input url")
        url = f"{self.server}/owner/mock-ecr/releases/download/v{VERSION}"
        job = self.run_steps({"uses": SETUP, "with": {"url": url}}, {"run": "ecr --version"}, repository="")
        self.assertTrue(job.succeeded, job.log)

    def test_a_missing_version_and_an_unknown_system_are_errors(self) -> None:
        self.assert_fails(self.run_steps({"uses": SETUP, "with": {"version": "9.9.9"}}), "cannot download http://")
        self.assert_fails(self.run_steps({"uses": SETUP, "with": {"version": "latest"}}), "expected a version such as 0.1.0")
        self.assert_fails(self.run_steps({"uses": SETUP}, system=("Linux", "X86")), "no program for Linux on X86")

    def test_a_mock_that_does_not_start_fails_with_its_error(self) -> None:
        job = self.run_steps({"uses": SETUP, "with": {"start": True, "arguments": "--region mars"}})
        self.assert_fails(job, '::error::setup-mock-ecr: the mock did not start: mock-ecr: region: invalid value "mars"')

    def test_the_control_key_of_a_mock_on_all_addresses_is_set(self) -> None:
        options = {"start": True, "arguments": "--listen 0.0.0.0:0 --clock '2030-01-01T00:00:00Z'"}
        job = self.run_steps({"uses": SETUP, "with": options}, {"run": "mock-ecr clock get"})
        self.assertTrue(job.succeeded, job.log)
        self.assertIn("2030-01-01T00:00:00.000Z frozen", job.log)

    def test_the_default_version_is_that_of_the_crates(self) -> None:
        action = yaml.safe_load((REPOSITORY / "packaging/actions/setup-mock-ecr/action.yml").read_text(encoding="utf-8"))
        self.assertEqual(action["inputs"]["version"]["default"], VERSION)

    def test_the_guide_lists_the_inputs_outputs_and_systems(self) -> None:
        page = (REPOSITORY / "docs/src/guides/github-actions.md").read_text(encoding="utf-8")
        for name in ("setup-mock-ecr", "contract"):
            action = yaml.safe_load((REPOSITORY / f"packaging/actions/{name}/action.yml").read_text(encoding="utf-8"))
            section = page.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
            listed = re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)
            self.assertEqual(listed, [*action["inputs"], *action["outputs"]])
        setup = (REPOSITORY / "packaging/actions/setup-mock-ecr/action.yml").read_text(encoding="utf-8")
        systems = page.split("\n## The systems of a release\n")[1]
        self.assertEqual(sorted(re.findall(r"system=(\S+)", setup)), sorted(re.findall(r"\d \| `(\S+)` \|", systems)))


if __name__ == "__main__":
    unittest.main()
