"""What a module of labbox needs to be served by Python: the handshake, the
certificate of this process, and the four small services of go-plugin.

It needs grpcio, protobuf and cryptography, and no code of labbox but module.proto.
"""
import base64
import datetime
import os
import sys
import tempfile
import threading
from concurrent import futures

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import module_pb2 as pb

VERSIONS = (2,)  # the protocol versions that this file speaks
CALLS = {"Describe": pb.DescribeRequest, "Plan": pb.PlanRequest, "Check": pb.CheckRequest, "Verify": pb.VerifyRequest}


def certificate():
    """A key and a certificate for this process alone, as PEM and as DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, cert.public_bytes(pem), cert.public_bytes(serialization.Encoding.DER)


def unary(answer, read):
    return grpc.unary_unary_rpc_method_handler(answer, request_deserializer=read, response_serializer=lambda m: m if isinstance(m, bytes) else m.SerializeToString())


def services(module, stop):
    """The handlers of the module's own service and of those that go-plugin asks for."""
    calls = {name: unary(getattr(module, name), kind.FromString) for name, kind in CALLS.items()}
    calls["Content"] = grpc.unary_stream_rpc_method_handler(
        module.Content, request_deserializer=pb.ContentRequest.FromString, response_serializer=pb.ContentResponse.SerializeToString)

    def shutdown(_request, _context):
        stop.set()
        return b""

    raw = lambda data: data
    return [
        grpc.method_handlers_generic_handler("labbox.module.v1.Module", calls),
        # HealthCheckResponse{status: SERVING}
        grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": unary(lambda _r, _c: b"\x08\x01", raw)}),
        grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": unary(shutdown, raw)}),
    ]


def serve(module):
    """The whole main of a module: it answers the host until the host ends it."""
    if os.environ.get("LABBOX_MODULE") != "trend":
        sys.exit("This program is a module of labbox, which starts it itself: see \"labbox module list\".")
    offered = [int(v) for v in os.environ.get("PLUGIN_PROTOCOL_VERSIONS", "1").split(",")]
    version = max((v for v in VERSIONS if v in offered), default=VERSIONS[-1])  # the host refuses it by name
    private, public, der = certificate()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), options=[("grpc.max_receive_message_length", 4 << 20)])
    stop = threading.Event()
    server.add_generic_rpc_handlers(services(module, stop))
    credentials = grpc.ssl_server_credentials(
        [(private, public)], root_certificates=os.environ["PLUGIN_CLIENT_CERT"].encode(), require_client_auth=True)
    directory = os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp(prefix="module-")
    socket = os.path.join(directory, "python")
    server.add_secure_port("unix:" + socket, credentials)
    server.start()
    text = base64.b64encode(der).decode().rstrip("=")
    print(f"1|{version}|unix|{socket}|grpc|{text}", flush=True)
    stop.wait()
    server.stop(grace=0.2).wait()
    os._exit(0)  # threads of calls that were not taken back do not hold the process up
