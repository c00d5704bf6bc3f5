"""A module of labbox in Python: one lesson, one check, one page."""
import io
import tarfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import grpc

import module_pb2 as pb
from labbox_module import serve

NAME = "python-hello"
STEP = "hello/commit"
PIECE = 1 << 20


def text(de, en):
    return pb.Text(de=de, en=en)


def files():
    """The files below lessons/, out of the program itself or beside it."""
    here = Path(__file__).parent
    if here.is_file():  # the program is a zip
        with zipfile.ZipFile(here) as program:
            return {name: program.read(name) for name in sorted(program.namelist()) if name.startswith("lessons/") and not name.endswith("/")}
    return {str(p.relative_to(here)): p.read_bytes() for p in sorted(here.glob("lessons/**/*")) if p.is_file()}


class Module:
    def Describe(self, _request, _context):
        return pb.DescribeResponse(info=pb.Info(
            name=NAME, version="0.1.0", title=text("Hallo aus Python", "Hello from Python"),
            description=text("Ein Modul, das in Python geschrieben ist.", "A module that is written in Python."),
            lessons=[pb.Lesson(id="hello", title=text("Hallo aus Python", "Hello from Python"), steps=[STEP])],
            pages=[pb.Page(id="overview", title=text("Überblick", "Overview"), parts=[
                pb.PagePart(markdown=text("Diese Seite kommt aus **Python**.", "This page comes from **Python**.")),
                pb.PagePart(title=text("Ziele", "Targets"), plot=pb.Plot(query="sum(up)")),
            ])],
            capstone=[pb.CapstoneStep(step=STEP, title=text("hello.txt ist da", "hello.txt is there"))],
        ))

    def Plan(self, request, context):
        for key in sorted(request.config.settings.fields):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"module {NAME} has no setting {key!r}")
        return pb.PlanResponse(plan=pb.Plan())

    def Check(self, request, context):
        found, problem = self.get(request.target, "/healthz", context)
        message = "git answers" if found is not None else "git " + problem
        return pb.CheckResponse(health=pb.Health(alive=found is not None, message=message))

    def Verify(self, request, context):
        if request.step != STEP:
            context.abort(grpc.StatusCode.NOT_FOUND, f"module {NAME} has no step {request.step!r}")
        found, problem = self.get(request.target, f"/api/v1/repos/learn-{NAME}/raw/hello.txt", context)
        expected = f"hello.txt in the repository learn-{NAME} says hello"
        if found is None:
            return pb.VerifyResponse(verdict=pb.Verdict(seen="git " + problem, expected=expected))
        said = found.decode(errors="replace").strip()
        verdict = pb.Verdict(passed="hello" in said.lower(), seen="hello.txt says: " + said, expected=expected)
        verdict.evidence["text"] = said
        return pb.VerifyResponse(verdict=verdict)

    def Content(self, _request, _context):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, data in files().items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(data), 0o755 if name.endswith(".sh") else 0o644
                archive.addfile(entry, io.BytesIO(data))
        data = packed.getvalue()
        for at in range(0, len(data), PIECE):
            yield pb.ContentResponse(piece=data[at:at + PIECE])

    @staticmethod
    def get(target, path, context):
        """What git answers, or what is wrong with it; never longer than the host waits."""
        if "git" not in target.endpoints or not target.endpoints["git"].url:
            return None, "is not there yet"
        at = target.endpoints["git"]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(at.url + path)
        if at.user:
            import base64
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{at.user}:{at.password}".encode()).decode())
        try:
            left = context.time_remaining()
            with opener.open(request, timeout=min(3, left if left is not None else 3)) as answer:
                return answer.read(1 << 20), ""
        except urllib.error.HTTPError as e:
            return None, f"answers {path} with {e.code}"
        except OSError as e:
            return None, f"cannot be reached: {e}"


serve(Module())
