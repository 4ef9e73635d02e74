"""What is built, shipped and run for long: actions, wheel, container and recipes."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from summarizer.batch.store import open_store
from summarizer.cli.main import main

ROOT = Path(__file__).parents[1]
SERVE_README = (ROOT / "summarizer/serve/README.md").read_text("utf-8")
BATCH_README = (ROOT / "summarizer/batch/README.md").read_text("utf-8")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
COMPOSE = yaml.safe_load((ROOT / ".docker/compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / ".docker/Dockerfile").read_text("utf-8")
USAGE = "batch INPUT... [-o OUT]"  # not a command line, but its form
NOT_FOR_USERS = {"dev", "vader"}


# ---- workflows


def uses(text: str) -> list[str]:
    """The actions that a workflow names."""
    return re.findall(r"uses: (\S+)", text)


@pytest.mark.parametrize("text", [*(path.read_text() for path in WORKFLOWS), SERVE_README])
def test_every_action_is_pinned_to_a_commit(text):
    assert uses(text)
    for action in uses(text):
        assert action.startswith("./") or re.fullmatch(r"[\w/.-]+@[0-9a-f]{40}", action), action
    lines = [line for line in text.splitlines() if "uses: " in line and "uses: ./" not in line]
    assert all(re.search(r" # v\d+\.\d+\.\d+$", line) for line in lines)


def test_one_action_has_one_commit_everywhere():
    named = {a for path in WORKFLOWS for a in uses(path.read_text())} | set(uses(SERVE_README))
    names = [action.partition("@")[0] for action in named]
    assert len(names) == len(set(names))


def test_a_release_is_tested_attested_and_published_without_a_token():
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    jobs = release["jobs"]
    order = [jobs[name].get("needs") for name in ("test", "build", "attest", "publish")]
    assert order == [None, "test", "build", "attest"]
    assert release["permissions"] == {}
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert "secrets." not in json.dumps(release)
    called = jobs["test"]["uses"].removeprefix("./")
    assert "workflow_call" in yaml.safe_load((ROOT / called).read_text())[True]  # `on` in YAML 1.1


# ---- the wheel


def locked(names: list[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Each package of the lock, with its version, that these packages need with their extras."""
    packages: dict[str, list[dict]] = {}
    for package in LOCK:
        packages.setdefault(package["name"], []).append(package)
    seen = set()
    while names:
        name, extras = names.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for package in packages[name]:
            yield name, package["version"]
            wanted = list(package.get("dependencies", []))
            for extra in extras:
                wanted += package.get("optional-dependencies", {}).get(extra, [])
            names += [(need["name"], tuple(need.get("extra", ()))) for need in wanted]


def test_the_list_of_parts_is_that_of_the_lock():
    extras = PROJECT["optional-dependencies"].keys() - NOT_FOR_USERS
    needs = [*PROJECT["dependencies"]]
    for extra in extras:
        needs += PROJECT["optional-dependencies"][extra]
    roots = [Requirement(need) for need in needs]
    wanted = set(locked([(canonicalize_name(n.name), tuple(n.extras)) for n in roots]))
    document = json.loads((ROOT / ".ci/sbom.cdx.json").read_text())
    assert (document["bomFormat"], document["metadata"]["component"]["name"]) == (
        "CycloneDX",
        PROJECT["name"],
    )
    listed = {(part["name"], part["version"]) for part in document["components"]}
    assert listed == wanted, "run: nox -s sbom"
    assert all(part["purl"].startswith("pkg:pypi/") for part in document["components"])


def test_the_wheel_carries_the_list_of_what_it_runs_on(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if ".dist-info/sboms/" in name]
        assert archive.read(name) == (ROOT / ".ci/sbom.cdx.json").read_bytes()
        names = set(archive.namelist())
    for path in (ROOT / "summarizer").rglob("*"):
        if path.is_file() and path.suffix in {".py", ".html", ".md", ".sql", ".tsv", ".css", ".js"}:
            assert str(path.relative_to(ROOT)) in names
    assert not [name for name in names if name.startswith(("tests/", "eval/", "."))]


def test_the_citation_names_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (citation["version"], citation["license"], citation["title"]) == (
        PROJECT["version"], PROJECT["license"], PROJECT["name"],
    )  # fmt: skip


@pytest.mark.parametrize("form", ["wrong_report", "bug", "idea"])
def test_issue_forms_are_forms(form):
    text = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{form}.yml").read_text())
    assert text["name"] and text["description"]
    names = [part["id"] for part in text["body"] if part["type"] != "markdown"]
    assert len(names) == len(set(names)) >= 2
    assert all(part["attributes"].get("label") for part in text["body"] if "id" in part)


# ---- the container


def check_command(words: list[str]) -> None:
    """Raises where `summarizer` would not take these words; nothing is run."""
    name, *arguments = words
    command = main.get_command(click.Context(main), name)
    command.make_context(name, arguments, resilient_parsing=False)


def test_what_is_copied_into_the_image_is_there_and_is_not_ignored():
    ignored = (ROOT / ".docker/Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert len(copied) >= 7
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored


def test_the_image_has_what_the_wheel_needs_and_no_root():
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(stages) == 2 and all("slim" in stage for stage in stages)
    (user,) = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)
    assert user.isdigit() and int(user) > 0
    for needed in (".ci/sbom.cdx.json", "prompts", "README.md", "LICENSE", "uv.lock"):
        assert needed in DOCKERFILE
    named = set(re.findall(r"--extra (\w+)", DOCKERFILE.partition("FROM")[2]))
    assert named <= PROJECT["optional-dependencies"].keys() and {"serve", "notify"} <= named


@pytest.mark.parametrize("service", ["watch", "serve"])
def test_the_program_takes_the_commands_of_the_compose_file(service):
    about = COMPOSE["services"][service]
    check_command(about["command"])
    assert about["read_only"] and about["cap_drop"] == ["ALL"] and about["init"]
    assert (ROOT / ".docker" / about["build"]["context"] / about["build"]["dockerfile"]).is_file()
    assert re.search(r'^ENTRYPOINT \["summarizer"\]$', DOCKERFILE, re.MULTILINE)
    volumes = {volume.split(":")[0] for volume in about["volumes"]}
    assert "news" in volumes and "news" in COMPOSE["volumes"]


def check_health(*words: str, database: Path | None = None) -> int:
    command = [sys.executable, str(ROOT / ".docker/health.py"), *words]
    environment = os.environ | {"SUMMARIZER_DB": str(database)}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_a_watch_is_well_while_its_visits_begin(tmp_path):
    path = tmp_path / "news.db"
    assert check_health("watch", database=path) == 1
    store = open_store(path)
    assert check_health("watch", database=path) == 1
    for age, exit_code in (("-3 hours", 1), ("-1 hours", 0)):
        with store.write() as db:
            time = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?)"
            db.execute(f"INSERT INTO runs (owner, started_at) VALUES ('x', {time})", (age,))
        assert check_health("watch", database=path) == exit_code
    store.close()


def test_a_page_is_well_while_it_answers():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        port = str(server.server_address[1])
        assert check_health("serve", port) == 0
        server.shutdown()
    assert check_health("serve", port) == 1


# ---- recipes


def recipes() -> list[str]:
    """The command lines of the documents that begin with the program, in whatever folder it is."""
    lines = re.findall(
        r"^(?: {4}|.*ExecStart=|.*- run: ).*$", SERVE_README + BATCH_README, re.MULTILINE
    )
    commands = []
    for line in lines:
        found = re.search(r"(?:[\w/%.~-]*/)?summarizer ((?!INPUT)[a-z]+ [^`#]+)", line)
        if found and "(" not in found[1] and found[1].split()[0] in main.list_commands(None):
            commands += re.split(r" && summarizer ", found[1])
    return sorted({command.partition(" && ")[0].strip() for command in commands} - {USAGE})


@pytest.mark.parametrize("command", recipes())
def test_the_program_takes_the_commands_of_the_recipes(command):
    check_command(shlex.split(command))


def test_there_are_recipes_for_each_way():
    assert len(recipes()) >= 8
    for way in (
        "uvx --from",
        "pipx run",
        "systemd",
        "cron",
        "docker compose",
        "upload-pages-artifact",
    ):
        assert way in SERVE_README
