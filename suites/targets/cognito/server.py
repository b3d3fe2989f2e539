"""
moto's emulation of Amazon Cognito, unmodified, with one user pool and one client in it.

    python server.py --port 8000
"""

from __future__ import annotations

import argparse
import os
import threading

NAME = "authproof"
CLASSES = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
SETTINGS = {
    "MOTO_COGNITO_IDP_USER_POOL_ID_STRATEGY": "HASH",  # so that the target file can say which pool and client
    "MOTO_COGNITO_IDP_USER_POOL_CLIENT_ID_STRATEGY": "HASH",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def main() -> None:
    """Make the pool, and serve until stopped."""
    parser = argparse.ArgumentParser(description="Amazon Cognito as moto emulates it")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    os.environ |= SETTINGS

    import boto3
    from moto import mock_aws
    from moto.server import ThreadedMotoServer

    with mock_aws():
        pools = boto3.client("cognito-idp")
        pool = pools.create_user_pool(
            PoolName=NAME,
            UsernameAttributes=["email"],
            Policies={"PasswordPolicy": {"MinimumLength": 8, **dict.fromkeys(CLASSES, False)}},
            MfaConfiguration="OPTIONAL",
        )["UserPool"]["Id"]
        client = pools.create_user_pool_client(UserPoolId=pool, ClientName=NAME)["UserPoolClient"]["ClientId"]
        print(f"pool {pool}, client {client}", flush=True)
        ThreadedMotoServer(ip_address="127.0.0.1", port=given.port, verbose=False).start()
        threading.Event().wait()


if __name__ == "__main__":
    main()
