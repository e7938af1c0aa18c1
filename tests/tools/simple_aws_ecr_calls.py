"""Calls the functions of simple-aws-ecr, and prints what they return."""

import json

import boto3
from simple_aws_ecr.docker import EcrRepoRelease, get_ecr_auth_token
from simple_aws_ecr.model import Image, Repository
from simple_aws_ecr.recipe import DestinationInfo, configure_cross_account_lambda_get, configure_cross_account_replication

ACCOUNT, OTHER = "123456789012", "999999999999"

session = boto3.Session()
other = boto3.Session("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", region_name="us-east-1")
ecr = session.client("ecr")

# The second call finds the statements of the first.
changed = [configure_cross_account_lambda_get(ecr, "team/app", [ACCOUNT, OTHER]) for _ in range(2)]
destination = DestinationInfo(other, OTHER, "eu-west-1")
configure_cross_account_replication("team/", ACCOUNT, session, [destination])
EcrRepoRelease("team/app", "team/release").create_release_repo(ecr, tags={"stage": "release"})
policy = json.loads(other.client("ecr", region_name="eu-west-1").get_registry_policy()["policyText"])
result = {
    "changed": changed,
    "repositories": [one.repository_name for one in Repository.list(ecr)],
    "images": [one.image_digest for one in Image.list(ecr, "team/app")],
    "password": len(get_ecr_auth_token(ecr)[1]) > 100,
    "actions of the other registry": policy["Statement"][0]["Action"],
}
print(json.dumps(result))
