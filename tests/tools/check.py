"""Runs a tool on a mock, and checks by boto3 and the request log what the tool has read and changed.

usage: check.py TOOL FOLDER

scripts/tools calls this in a sandbox of `mock-ecr run`, with a new mock for each tool. FOLDER contains the installed tool.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from mock_client import called_operations, digests, ecr, forget_requests, policy, push, tags

HERE = Path(__file__).parent


def main():
    tool, folder = sys.argv[1], Path(sys.argv[2])
    CHECKS[tool](folder)
    print(f"{tool}: passed")


def run(*command):
    """Runs a tool that must succeed, and returns its stdout."""
    forget_requests()
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"error: {command[0]} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    print(f"{command[0].name}: {', '.join(sorted(called_operations()))}")
    return result.stdout


def expect(what, expected, observed):
    if expected != observed:
        sys.exit(f"error: {what}: expected {expected!r}, observed {observed!r}")


def expect_calls(*names):
    """Expects that the tool called operations. A check calls this before it reads the result, because its requests are also in the log."""
    missing = set(names) - called_operations()
    if missing:
        sys.exit(f"error: the tool did not call {sorted(missing)}; it called {sorted(called_operations())}")


def create(*names):
    for name in names:
        ecr.create_repository(repositoryName=name)


def check_c7n(folder):
    """Runs the policies of c7n.yml. Without an error of Cloud Custodian, a policy can still find other resources or change nothing."""
    create("team/app", "team/web")
    principal = {"AWS": "arn:aws:iam::999999999999:root"}
    statement = {"Sid": "Other", "Effect": "Allow", "Principal": principal, "Action": ["ecr:BatchGetImage"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    ecr.set_repository_policy(repositoryName="team/web", policyText=document)
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9}
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    ecr.put_lifecycle_policy(repositoryName="team/app", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    old = push("team/app", 40, "old")
    push("team/app", 1, "new")

    output = folder / "output"
    shutil.rmtree(output, ignore_errors=True)
    run(folder / "bin/custodian", "run", "--region", "us-east-1", "--cache-period", "0", "--output-dir", output, HERE / "c7n.yml")
    found = {}
    for file in output.glob("*/resources.json"):
        resources = json.loads(file.read_text())
        found[file.parent.name] = {one.get("imageDigest", one["repositoryName"]) for one in resources}
    both = {"team/app", "team/web"}
    # Before the policy without-lifecycle, only team/app has a lifecycle policy, whose rule is for all images.
    expect("resources", {
        "all-repositories": both, "without-scan-on-push": both, "mutable": both, "without-lifecycle": {"team/web"},
        "with-rule-for-untagged-images": {"team/web"}, "without-owner": both, "with-owner": both,
        "for-other-accounts": {"team/web"}, "with-read-only-policy": {"team/app"}, "old-images": {old},
    }, found)
    expect_calls("DescribeRepositories", "ListTagsForResource", "DescribeImages", "PutImageScanningConfiguration", "PutImageTagMutability",
                 "GetLifecyclePolicy", "PutLifecyclePolicy", "DeleteLifecyclePolicy", "TagResource", "UntagResource", "GetRepositoryPolicy",
                 "SetRepositoryPolicy", "DeleteRepositoryPolicy")
    for repository in ecr.describe_repositories()["repositories"]:
        name = repository["repositoryName"]
        expect(f"scanOnPush of {name}", True, repository["imageScanningConfiguration"]["scanOnPush"])
        expect(f"mutability of {name}", "IMMUTABLE", repository["imageTagMutability"])
        expect(f"tags of {name}", {"stage", "maid_status"}, set(tags(name)))
    expect("policy of team/web", None, policy("team/web"))
    expect("statements of team/app", ["ReadOnly"], [one["Sid"] for one in policy("team/app")["Statement"]])
    expect_no_lifecycle_policy("team/web")


def expect_no_lifecycle_policy(name):
    try:
        observed = ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
    except ecr.exceptions.LifecyclePolicyNotFoundException:
        return
    sys.exit(f"error: lifecycle policy of {name}: expected none, observed {observed}")


def check_ecr_cleaner(folder):
    """Keeps two images with a tag that begins with v, and one image without a tag."""
    create("team/app")
    tagged = [push("team/app", days, f"v{days}") for days in (1, 2, 3, 4)]
    untagged = [push("team/app", days) for days in (5, 6)]
    command = [folder / "bin/ecr-cleaner", "--region", "us-east-1", "--repositories", "team/app:v=2,untagged=1"]
    run(*command, "--dry-run")
    expect("images after a dry run", {*tagged, *untagged}, digests("team/app"))
    run(*command)
    expect_calls("DescribeImages", "BatchDeleteImage")
    expect("images", {*tagged[:2], untagged[0]}, digests("team/app"))


def check_ecr_lifecycle(folder):
    """Deletes images that are older than 30 days."""
    create("team/app")
    new = {push("team/app", 1, "v3"), push("team/app", 29, "v2")}
    old = {push("team/app", 32, "v1"), push("team/app", 100)}
    command = [folder / "bin/ecr-lifecycle", "--region", "us-east-1", "-n", "team/app", "--age", "30"]
    run(*command)
    expect("images after a dry run", new | old, digests("team/app"))
    run(*command, "--delete")
    expect_calls("DescribeImages", "BatchDeleteImage")
    expect("images", new, digests("team/app"))


def check_ecr_scan_reporter(folder):
    """Scans the images of repositories that were pushed more than seven days ago."""
    create("team/old", "team/new", "other")
    old = [push("team/old", 10, "v1"), push("team/old", 20, "v2")]
    push("team/new", 1, "v1")
    push("other", 10, "v1")
    output = run(folder / "bin/ecr_scan_reporter", "--repos-regex", "^team/.*$", "--duration-override", "7d", "--region", "us-east-1")
    expect_calls("DescribeRepositories", "ListImages", "DescribeImages", "StartImageScan")
    expect("report", True, "team/old - There are 2 images that require scanning." in output)
    scanned = {digest for name in ("team/old", "team/new", "other") for digest in digests(name) if is_scanned(name, digest)}
    expect("scanned images", set(old), scanned)


def is_scanned(repository, digest):
    try:
        scan = ecr.describe_image_scan_findings(repositoryName=repository, imageId={"imageDigest": digest})
    except ecr.exceptions.ScanNotFoundException:
        return False
    return scan["imageScanStatus"]["status"] in ("IN_PROGRESS", "COMPLETE")


def check_simple_aws_ecr(folder):
    """Permits another account to pull, replicates to that account, and creates a repository for releases."""
    create("team/app")
    image = push("team/app", 1, "v1")
    printed = json.loads(run(folder / "bin/python", HERE / "simple_aws_ecr_calls.py"))
    expect("output", {
        "changed": [True, False], "repositories": ["team/app", "team/release"], "images": [image], "password": True,
        "actions of the other registry": ["ecr:CreateRepository", "ecr:ReplicateImage"],
    }, printed)
    expect_calls("DescribeRepositories", "DescribeImages", "GetRepositoryPolicy", "SetRepositoryPolicy", "CreateRepository",
                 "PutLifecyclePolicy", "DescribeRegistry", "PutReplicationConfiguration", "GetRegistryPolicy", "PutRegistryPolicy",
                 "GetAuthorizationToken")
    statements = [one["Sid"] for one in policy("team/app")["Statement"]]
    expect("statements", ["AllowCrossAccountGet", "AllowCrossAccountLambdaGet"], statements)
    [rule] = ecr.describe_registry()["replicationConfiguration"]["rules"]
    expect("destinations", [{"region": "eu-west-1", "registryId": "999999999999"}], rule["destinations"])
    expect("tags of team/release", {"stage": "release"}, tags("team/release"))
    lifecycle_policy = ecr.get_lifecycle_policy(repositoryName="team/release")["lifecyclePolicyText"]
    expect("days until untagged images expire", 30, json.loads(lifecycle_policy)["rules"][0]["selection"]["countNumber"])


def check_effect_aws(folder):
    """Creates a repository and an image, and receives two exceptions as errors with a tag."""
    printed = json.loads(run(Path("node"), folder / "effect_aws_calls.mjs"))
    expect("output", {
        "errors": ["RepositoryAlreadyExistsException", "RepositoryNotEmptyException"], "repositories": ["effect/app"], "tokens": 1,
    }, printed)
    expect_calls("CreateRepository", "PutImageTagMutability", "PutImage", "DeleteRepository", "DescribeRepositories", "GetAuthorizationToken")
    [repository] = ecr.describe_repositories()["repositories"]
    expect("mutability of effect/app", "IMMUTABLE", repository["imageTagMutability"])
    expect("images of effect/app", 1, len(digests("effect/app")))


CHECKS = {
    "c7n": check_c7n,
    "ecr-cleaner": check_ecr_cleaner,
    "ecr-lifecycle": check_ecr_lifecycle,
    "ecr-scan-reporter": check_ecr_scan_reporter,
    "simple-aws-ecr": check_simple_aws_ecr,
    "effect-aws": check_effect_aws,
}

if __name__ == "__main__":
    main()
