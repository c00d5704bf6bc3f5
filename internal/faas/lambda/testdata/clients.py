"""What boto3 must get from the lab. Arguments: the address, a zip file with a Go
bootstrap, a Python source file."""
import base64
import io
import json
import sys
import time
import urllib.error
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

address, bootstrap, source = sys.argv[1:4]
ROLE = "arn:aws:iam::000000000000:role/lab"


def client(key="any", secret="thing"):
    return boto3.client(
        "lambda", endpoint_url=address, region_name="eu-central-1", aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}, read_timeout=30),
    )


def packed(path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path, "app.py")
    return out.getvalue()


def invoke(name, event=None, **more):
    started = time.monotonic()
    r = lam.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
    r["text"] = r["Payload"].read().decode()
    r["json"] = json.loads(r["text"]) if r["text"].startswith(("{", '"')) else None
    r["seconds"] = time.monotonic() - started
    return r


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        got = e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, status), (got, code, status, e)
        assert e.response["Error"]["Message"], e.response
        return e
    raise AssertionError(f"not refused: {code}")


def equal(have, want):
    assert have == want, f"have {have!r}, want {want!r}"


lam = client()


def python_function():
    made = lam.create_function(
        FunctionName="box-py", Runtime="python3.13", Handler="app.handler", Role=ROLE, Code={"ZipFile": packed(source)}, Timeout=2,
        Environment={"Variables": {"WORD": "first"}}, Tags={"team": "a"},
    )
    equal(made["ResponseMetadata"]["HTTPStatusCode"], 201)
    lam.get_waiter("function_active_v2").wait(FunctionName="box-py", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    lam.get_waiter("function_exists").wait(FunctionName="box-py")
    context = base64.b64encode(json.dumps({"custom": {"k": "v"}}).encode()).decode()
    r = invoke("box-py", {"name": "Ada"}, LogType="Tail", ClientContext=context)
    equal(r["StatusCode"], 200)
    assert "FunctionError" not in r, r
    equal(r["ExecutedVersion"], "$LATEST")
    equal(r["json"]["greeting"], "hello Ada")
    equal(r["json"]["requestId"], r["ResponseMetadata"]["RequestId"])
    equal(r["json"]["memory"], "128")
    equal(r["json"]["custom"], {"k": "v"})
    equal(r["json"]["word"], "first")
    assert 0 < r["json"]["left"] <= 2000, r["json"]
    assert r["json"]["execution"].startswith("AWS_Lambda_python3."), r["json"]
    log = base64.b64decode(r["LogResult"]).decode()
    for part in ("START RequestId: " + r["json"]["requestId"], "doing None", "END RequestId", "REPORT RequestId", "Memory Size: 128 MB"):
        assert part in log, log
    errors()
    lam.update_function_configuration(FunctionName="box-py", Environment={"Variables": {"WORD": "second"}})
    lam.get_waiter("function_updated").wait(FunctionName="box-py", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    lam.get_waiter("function_updated_v2").wait(FunctionName="box-py", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    equal(invoke("box-py")["json"]["word"], "second")


def errors():
    r = invoke("box-py", {"do": "error"})
    equal((r["StatusCode"], r["FunctionError"], r["json"]["errorType"], r["json"]["errorMessage"]), (200, "Unhandled", "ValueError", "it failed"))
    assert r["json"]["stackTrace"] and isinstance(r["json"]["stackTrace"][0], str), r["json"]
    r = invoke("box-py", {"do": "unserializable"})
    equal((r["FunctionError"], r["json"]["errorType"]), ("Unhandled", "Runtime.MarshalError"))
    r = invoke("box-py", {"do": "exit"})
    equal((r["FunctionError"], r["json"]["errorType"]), ("Unhandled", "Runtime.ExitError"))
    r = invoke("box-py", {"do": "large"})
    equal((r["StatusCode"], r["FunctionError"], r["json"]["errorType"]), (200, "Unhandled", "Function.ResponseSizeTooLarge"))
    r = invoke("box-py", {"do": "sleep"})
    assert r["FunctionError"] == "Unhandled" and "Task timed out after 2.00 seconds" in r["json"]["errorMessage"], r
    assert r["seconds"] < 6, r["seconds"]
    equal(invoke("box-py", {"name": "again"})["json"]["greeting"], "hello again")
    equal(invoke("box-py", InvocationType="Event")["StatusCode"], 202)
    equal(invoke("box-py", InvocationType="DryRun")["StatusCode"], 204)
    equal(lam.invoke_async(FunctionName="box-py", InvokeArgs=b"{}")["Status"], 202)
    refused("ResourceNotFoundException", 404, lam.get_function, FunctionName="none")
    refused("ResourceNotFoundException", 404, lam.invoke, FunctionName="none")
    refused("ResourceConflictException", 409, lam.create_function, FunctionName="box-py", Runtime="python3.11", Handler="a.b", Role=ROLE, Code={"ZipFile": packed(source)})
    refused("InvalidParameterValueException", 400, lam.create_function, FunctionName="bad", Runtime="nodejs22.x", Handler="a.b", Role=ROLE, Code={"ZipFile": packed(source)})
    refused("InvalidRequestContentException", 400, lam.invoke, FunctionName="box-py", Payload=b"{")
    refused("PreconditionFailedException", 412, lam.update_function_configuration, FunctionName="box-py", Timeout=2, RevisionId="old")
    e = refused("RequestTooLargeException", 413, lam.invoke, FunctionName="box-py", Payload=json.dumps("x" * (6 << 20)))
    assert isinstance(e, lam.exceptions.RequestTooLargeException), type(e)


def broken_module():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("app.py", "import no_such_module\n")
    lam.create_function(FunctionName="box-broken", Runtime="python3.12", Handler="app.handler", Role=ROLE, Code={"ZipFile": out.getvalue()})
    r = invoke("box-broken")
    equal((r["StatusCode"], r["FunctionError"], r["json"]["errorType"]), (200, "Unhandled", "Runtime.ImportModuleError"))
    lam.delete_function(FunctionName="box-broken")


def go_function():
    with open(bootstrap, "rb") as f:
        code = f.read()
    lam.create_function(
        FunctionName="box-go", Runtime="provided.al2023", Handler="bootstrap", Role=ROLE, Code={"ZipFile": code}, Timeout=2, MemorySize=256,
        Environment={"Variables": {"WORD": "w"}}, Publish=True,
    )
    lam.get_waiter("published_version_active").wait(FunctionName="box-go", Qualifier="1", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    r = invoke("box-go", {"name": "Grace"})
    equal((r["json"]["greeting"], r["json"]["word"], r["json"]["hasTime"]), ("hello Grace", "w", True))
    r = invoke("box-go", {"do": "error"})
    equal((r["FunctionError"], r["json"]), ("Unhandled", {"errorMessage": "it failed", "errorType": "errorString"}))
    r = invoke("box-go", {"do": "panic"}, LogType="Tail")
    equal((r["FunctionError"], r["json"]["errorMessage"], r["json"]["errorType"]), ("Unhandled", "oh no", "string"))
    assert "path" in r["json"]["stackTrace"][0], r["json"]
    equal(invoke("box-go", {"name": "after"})["json"]["greeting"], "hello after")
    equal(invoke("box-go", {"do": "exit"})["json"]["errorType"], "Runtime.ExitError")
    assert "Task timed out after 2.00 seconds" in invoke("box-go", {"do": "sleep"})["json"]["errorMessage"]
    streams()
    r = invoke("box-go", {"name": "v"}, Qualifier="1")
    equal((r["ExecutedVersion"], r["json"]["arn"]), ("1", "arn:aws:lambda:eu-central-1:000000000000:function:box-go:1"))


def stream(name, event):
    r = lam.invoke_with_response_stream(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    parts, end = [], None
    for e in r["EventStream"]:
        if "PayloadChunk" in e:
            parts.append(e["PayloadChunk"]["Payload"].decode())
        if "InvokeComplete" in e:
            end = e["InvokeComplete"]
    return parts, end


def streams():
    parts, end = stream("box-go", {"do": "stream"})
    equal("".join(parts), "part 0\npart 1\npart 2\n")
    assert len(parts) == 3 and "REPORT" in base64.b64decode(end["LogResult"]).decode() and "ErrorCode" not in end, (parts, end)
    parts, end = stream("box-go", {"do": "broken"})
    equal(("".join(parts), end["ErrorCode"]), ("part 0\n", "errorString"))
    assert "it broke" in end["ErrorDetails"], end
    parts, end = stream("box-go", {"do": "error"})
    equal((parts, end["ErrorCode"]), ([], "errorString"))
    equal(json.loads(stream("box-py", {"name": "s"})[0][0])["greeting"], "hello s")
    equal(invoke("box-go", {"do": "stream"})["text"], "part 0\npart 1\npart 2\n")


def the_rest():
    names = [f["FunctionName"] for p in lam.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
             for f in p["Functions"] if f["FunctionName"].startswith("box-")]
    equal(names, ["box-go", "box-py"])
    equal([v["Version"] for v in lam.list_versions_by_function(FunctionName="box-go")["Versions"]], ["$LATEST", "1"])
    alias = lam.create_alias(FunctionName="box-go", Name="live", FunctionVersion="1")
    equal(lam.get_alias(FunctionName="box-go", Name="live")["AliasArn"], alias["AliasArn"])
    equal(invoke(alias["AliasArn"], {"name": "x"})["ExecutedVersion"], "1")
    equal(lam.list_aliases(FunctionName="box-go")["Aliases"][0]["Name"], "live")
    lam.delete_alias(FunctionName="box-go", Name="live")
    one = lam.get_function(FunctionName="box-py")
    equal(one["Tags"], {"team": "a"})
    with urllib.request.urlopen(one["Code"]["Location"]) as r:
        assert zipfile.ZipFile(io.BytesIO(r.read())).namelist() == ["app.py"]
    found = one["Configuration"]["FunctionArn"]
    lam.tag_resource(Resource=found, Tags={"x": "y"})
    lam.untag_resource(Resource=found, TagKeys=["team"])
    equal(lam.list_tags(Resource=found)["Tags"], {"x": "y"})
    lam.add_permission(FunctionName="box-py", StatementId="s", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    equal(json.loads(lam.get_policy(FunctionName="box-py")["Policy"])["Statement"][0]["Sid"], "s")
    lam.remove_permission(FunctionName="box-py", StatementId="s")
    assert lam.get_account_settings()["AccountUsage"]["FunctionCount"] >= 2
    lam.put_function_concurrency(FunctionName="box-py", ReservedConcurrentExecutions=0)
    equal(lam.get_function_concurrency(FunctionName="box-py")["ReservedConcurrentExecutions"], 0)
    refused("TooManyRequestsException", 429, lam.invoke, FunctionName="box-py")
    lam.delete_function_concurrency(FunctionName="box-py")
    lam.put_function_event_invoke_config(FunctionName="box-py", MaximumRetryAttempts=0)
    equal(lam.get_function_event_invoke_config(FunctionName="box-py")["MaximumRetryAttempts"], 0)
    lam.delete_function_event_invoke_config(FunctionName="box-py")
    for call in (lam.get_function_code_signing_config, lam.get_runtime_management_config, lam.get_function_recursion_config,
                 lam.list_provisioned_concurrency_configs):
        call(FunctionName="box-py")
    equal(lam.list_layers()["Layers"], [])
    equal(lam.list_event_source_mappings()["EventSourceMappings"], [])
    refused("ProvisionedConcurrencyConfigNotFoundException", 404, lam.get_provisioned_concurrency_config, FunctionName="box-py", Qualifier="$LATEST")
    urls()
    for name in names:
        equal(lam.delete_function(FunctionName=name)["ResponseMetadata"]["HTTPStatusCode"], 204)
    assert not [f for f in lam.list_functions()["Functions"] if f["FunctionName"] in names]


def urls():
    made = lam.create_function_url_config(FunctionName="box-py", AuthType="NONE")
    equal(made["ResponseMetadata"]["HTTPStatusCode"], 201)
    equal(made["InvokeMode"], "BUFFERED")
    url, headers = made["FunctionUrl"], {"Content-Type": "text/plain"}
    if ".lambda-url." in url:  # a name that need not be known here
        url, headers["Host"] = address + "/", url.removeprefix("http://").rstrip("/")
    r = urllib.request.Request(url + "a/b?c=d", data=b"body", headers=headers)
    with urllib.request.urlopen(r) as answer:
        equal((answer.status, answer.headers["x-path"], answer.read()), (201, "/a/b", b"body"))
    equal(lam.get_function_url_config(FunctionName="box-py")["FunctionUrl"], made["FunctionUrl"])
    equal(len(lam.list_function_url_configs(FunctionName="box-py")["FunctionUrlConfigs"]), 1)
    lam.update_function_url_config(FunctionName="box-py", AuthType="AWS_IAM")
    try:
        urllib.request.urlopen(r)
        raise AssertionError("AWS_IAM, and no signature needed")
    except urllib.error.HTTPError as e:
        equal(e.code, 403)
    lam.delete_function_url_config(FunctionName="box-py")


for step in (python_function, broken_module, go_function, the_rest):
    begun = time.monotonic()
    step()
    print(f"{step.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
