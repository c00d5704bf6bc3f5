"""Signatures of boto3 against a lab that checks them. Arguments: address, key, secret."""
import io
import os
import sys
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

address, key, secret = sys.argv[1:4]


def client(key, secret):
    return boto3.client("lambda", endpoint_url=address, region_name="eu-central-1", aws_access_key_id=key,
                        aws_secret_access_key=secret, config=Config(retries={"max_attempts": 0}))


lam = client(key, secret)
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as z:
    z.writestr("bootstrap", os.urandom(6 << 20))
lam.create_function(FunctionName="a_b", Runtime="provided.al2023", Handler="x", Role="arn:aws:iam::000000000000:role/r", Code={"ZipFile": out.getvalue()})
arn = lam.get_function(FunctionName="arn:aws:lambda:eu-central-1:000000000000:function:a_b")["Configuration"]["FunctionArn"]
lam.tag_resource(Resource=arn, Tags={"a key": "ü/&"})
lam.untag_resource(Resource=arn, TagKeys=["a key", "ü &=+"])
assert lam.list_functions(MaxItems=1, FunctionVersion="ALL")["Functions"][0]["FunctionName"] == "a_b"
for pair, code in {(key, "wrong"): "InvalidSignatureException", ("wrong", secret): "UnrecognizedClientException"}.items():
    try:
        client(*pair).list_functions()
        raise AssertionError(f"{pair} is let in")
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
lam.delete_function(FunctionName="a_b")
