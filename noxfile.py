"""Task runner: `nox` runs every check of a change, `nox -s NAME` one of them, `nox -l` lists them.

The sessions use the environment that nox itself is installed in, which is the one that the README's
test command makes. They install nothing and make no environment of their own.
"""

import json
import os
import subprocess
from pathlib import Path
from sys import executable
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "none"
PROGRAMS = Path(executable).parent
# What users install.
EXTRAS = ("reader", "files", "parquet", "s3", "ray", "serve", "notify", "mcp")
SBOM = Path(".ci/sbom.cdx.json")
STARTUP_SECONDS = 0.2  # of the processor, for `summarizer --help`


def run(session: nox.Session, command: str, *arguments: str) -> None:
    """Run a command of this environment; the session fails where it does."""
    program, *words = command.split()
    session.run(str(PROGRAMS / program), *words, *arguments, external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, in parallel and in random order; what follows `--` goes to pytest."""
    run(session, "python -m pytest", *session.posargs)


@nox.session(default=False)
def slow(session: nox.Session) -> None:
    """The tests that take minutes, and those that measure time, one after another."""
    command = "python -m pytest -n0 --timeout=3600 -m"
    run(session, command, "slow or timed", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Layout and style of the code."""
    run(session, "ruff format --check .")
    run(session, "ruff check .")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    run(session, "mypy summarizer eval")


@nox.session
def layers(session: nox.Session) -> None:
    """No import runs upward, and each library has its one place."""
    run(session, "lint-imports")


@nox.session
def startup(session: nox.Session) -> None:
    """The processor's time for `summarizer --help`, as the best of five starts."""
    command = [str(PROGRAMS / "summarizer"), "--help"]
    best = min(_processor_seconds(command) for _ in range(5))
    session.log(f"summarizer --help takes {best:.2f} s of the processor")
    if best > STARTUP_SECONDS:
        session.error(f"that is more than {STARTUP_SECONDS} s")


def _processor_seconds(command: list[str]) -> float:
    """What a command computes, in seconds."""
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


@nox.session
def evaluate(session: nox.Session) -> None:
    """The embedded analyst on the project's own articles, against the committed baseline.

    A significant loss fails.
    """
    with TemporaryDirectory() as folder:
        reports = f"{folder}/reports.jsonl"
        os.environ["SUMMARIZER_READER"] = "fast"  # which gives the same answers on every machine
        baseline = "eval/baselines/embedded.jsonl"
        run(session, f"python -m eval predict --labels own --offline --output {reports}")
        run(session, f"python -m eval score --labels own --reports {reports}")
        run(session, f"python -m eval compare --labels own {baseline} {reports} --check")


@nox.session(default=False)
def train(session: nox.Session) -> None:
    """Fit the shipped weights anew; needs the labelled real articles beside the checkout."""
    run(session, "python -m eval train", *session.posargs)


@nox.session(default=False)
def sbom(session: nox.Session) -> None:
    """Write the list of what the wheel runs on (CycloneDX) anew from uv.lock; needs uv.

    Addresses, hashes and the time are left out: uv.lock has them, and the same lock gives the same
    file.
    """
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    command = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--format", "cyclonedx1.5"]
    exported = subprocess.run([*command, *extras], check=True, capture_output=True)
    document = json.loads(exported.stdout)
    del document["metadata"]["timestamp"]
    for component in document["components"]:
        component.pop("externalReferences", None)
    del document["serialNumber"]
    name = uuid5(NAMESPACE_URL, json.dumps(document))
    SBOM.write_text(json.dumps({"serialNumber": f"urn:uuid:{name}", **document}, indent=1) + "\n")
    session.log(f"{SBOM} has {len(document['components'])} components")
