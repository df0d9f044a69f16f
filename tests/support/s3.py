"""A server that speaks S3's protocol, on loopback: it checks signatures, and forgets everything when it ends."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import boto3

from motcua.local.loopback import answers
from motcua.local.ports import free_ports
from motcua.local.stack import wait_until

_SETTING_UP = ("create user", "policy", "key", "bucket")
_REGION = "ap-southeast-1"
_PATIENCE_S = 120.0
_ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@dataclass(frozen=True, slots=True)
class S3:
    """`environment` holds the usual variables of a client that may do everything."""

    url: str
    bucket: str
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """From now on nobody answers there."""
        self.process.kill()
        self.process.wait()


@contextmanager
def s3_server(bucket: str = "giay-to") -> Iterator[S3]:
    """With one bucket in it."""
    port = free_ports().api
    address = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    # The first requests, which make the user, need no signature; all others do.
    env = {"INITIAL_NO_AUTH_ACTION_COUNT": str(len(_SETTING_UP)), "MOTO_ENABLE_ISO_REGIONS": "false"}
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env) as process:
        try:
            _wait_for(address)
            yield S3(f"s3://{bucket}/ho-so", bucket, _set_up(address, bucket), process)
        finally:
            process.kill()


def _set_up(address: str, bucket: str) -> dict[str, str]:
    anyone = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": _REGION}
    iam = boto3.client("iam", endpoint_url=address, **anyone)
    iam.create_user(UserName="motcua")
    iam.put_user_policy(UserName="motcua", PolicyName="all", PolicyDocument=_ALL)
    key = iam.create_access_key(UserName="motcua")["AccessKey"]
    place = {"LocationConstraint": _REGION}
    boto3.client("s3", endpoint_url=address, **anyone).create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": _REGION,
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


def _wait_for(address: str) -> None:
    assert wait_until(answers(f"{address}/moto-api/"), _PATIENCE_S), "the store did not start"
