"""A page that hangs its reader, eats memory or breaks it ends with its process; the next one is
read at once."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest

from eval.extraction import load_pages
from summarizer.errors import InputError, NoArticle
from summarizer.page.extraction import read_page
from summarizer.page.sandbox import Sandbox

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").is_file(), reason="these tests count processes in /proc"
)
GOOD = (
    b"<html><body><article>"
    + b"<p>BTC slid to $58,000 on Tuesday, and open interest fell with it by 9 percent.</p>" * 5
    + b"</article></body></html>"
)
# 890 kB of attributes on one tag: lxml is quadratic in them and took 120 s
BOMB = (
    b"<html><body><div "
    + b" ".join(b"a%d=x" % number for number in range(91_000))
    + b">x</div></body></html>"
)
# Seconds for pages that take too long: on a busy machine a child needs some of them to start.
LIMIT = 5
NEXT = 1.0  # seconds of computing after which the next page must have been read
OVERHEAD = 0.15  # of the time that reading takes
DATA = Path(__file__).parents[2] / "eval" / "data"
GROWTH = 50_000  # kB that this process may grow by


@pytest.fixture
def sandbox():
    box = Sandbox()
    yield box
    box.close()


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def look_up(pid):
    """(state, parent) of a process; None for one that is gone."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return state, int(parent)


def children():
    """Every child of this process, zombies too."""
    pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    return sorted(pid for pid in pids if (found := look_up(pid)) and found[1] == os.getpid())


def runs(pid):
    """Whether the process still runs: an orphan that has ended may wait to be cleared away."""
    found = look_up(pid)
    return found is not None and found[0] not in "ZX"


def computed():
    """Seconds that this process and its children which have ended have computed. Unlike the time
    on the clock, they do not tell how busy the machine is."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def check_next(box):
    assert "$58,000" in box.read(GOOD).text
    box.close()


@pytest.mark.timed
def test_the_next_page_is_read_within_a_second():
    box = Sandbox(seconds=LIMIT)
    with pytest.raises(NoArticle):
        box.read(BOMB)
    before = computed()
    check_next(box)  # which closes it, so that the child that had to start for it counts
    assert computed() - before < NEXT


def test_the_attribute_bomb_ends_in_time():
    assert len(BOMB) > 790_000
    box = Sandbox(seconds=LIMIT)
    before, started = memory(), computed()
    with pytest.raises(NoArticle) as caught:
        box.read(BOMB, url="https://a.example/bomb")
    assert caught.value.code == "parse_timeout" and caught.value.url
    assert computed() - started < LIMIT + 1 and memory() - before < GROWTH
    check_next(box)


def test_a_page_that_eats_memory():
    box = Sandbox(limit=400_000_000)
    before = memory()
    with pytest.raises(NoArticle) as caught:
        box.read(b"<html><body>" + b"<a>" * 2_500_000)
    assert caught.value.code == "parse_memory"
    assert memory() - before < GROWTH
    check_next(box)


def test_a_hundred_thousand_nested_tags(sandbox):
    answer = sandbox.read(GOOD.replace(b"</body>", b"<div>" * 100_000 + b"<p>deep</p>"))
    assert "truncated_parse" in answer.flags and "$58,000" in answer.text
    check_next(sandbox)


def test_twenty_megabytes_end_in_time():
    box = Sandbox(seconds=LIMIT)
    before, started = memory(), computed()
    try:
        box.read(
            GOOD.replace(
                b"</article>", b"<p>It fell again, and nobody knew why it did so.</p>" * 400_000
            )
        )
    except NoArticle as error:
        assert error.code in ("parse_timeout", "parse_memory")
    assert computed() - started < LIMIT + 1
    assert (
        memory() - before < GROWTH + 45_000
    )  # the page itself stands in this process, and once more on its way
    check_next(box)


def test_a_page_with_its_images_inside_is_read(sandbox):
    image = b'<img src="data:image/png;base64,' + b"QUJD" * 3_000_000 + b'">'
    assert "$58,000" in sandbox.read(GOOD.replace(b"<article>", b"<article>" + image)).text


def test_a_child_that_dies_is_an_error_of_the_page(sandbox):
    before = set(children())
    sandbox.read(GOOD)
    (pid,) = set(children()) - before
    os.kill(int(pid), 9)
    with pytest.raises(NoArticle) as caught:
        sandbox.read(GOOD)
    assert caught.value.code == "parse_crash"
    check_next(sandbox)


def test_ctrl_c_ends_no_child_in_the_middle_of_a_page(sandbox):
    before = set(children())
    sandbox.read(GOOD)
    (pid,) = set(children()) - before
    os.kill(int(pid), signal.SIGINT)
    assert "$58,000" in sandbox.read(GOOD).text
    assert pid in children()


def test_a_child_is_kept_warm(sandbox):
    sandbox.read(GOOD)
    before = children()
    for _ in range(5):
        sandbox.read(GOOD)
    assert children() == before


def cpu_seconds(pid):
    """What the process has computed so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.timed
def test_a_warm_child_costs_little_beside_the_reading_itself(sandbox):
    bodies = [gold.page.body for gold in load_pages(DATA / "pages2.jsonl")] * 16
    before = set(children())
    sandbox.read(GOOD)
    read_page(GOOD)  # both have imported what they need
    (child,) = set(children()) - before
    ratios = []
    for _ in range(3):  # a busy machine computes no two of them alike
        started = cpu_seconds(os.getpid()) + cpu_seconds(child)
        for body in bodies:
            sandbox.read(body)
        apart = cpu_seconds(os.getpid()) + cpu_seconds(child) - started
        started = cpu_seconds(os.getpid())
        for body in bodies:
            read_page(body)
        within = cpu_seconds(os.getpid()) - started
        assert within > 0.5
        ratios.append(apart / within)
    assert median(ratios) < 1 + OVERHEAD, ratios


def test_threads_read_at_once_and_leave_nothing_behind():
    before = children()
    box = Sandbox()
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(box.read(GOOD).text)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 6 and len(set(texts)) == 1
    box.close()
    assert children() == before


@pytest.mark.parametrize(
    "end",
    ["", "import os; os._exit(3)", "raise SystemExit(4)", "import os; os.kill(os.getpid(), 9)"],
)
def test_no_child_outlives_its_parent(end):
    code = f"""from summarizer.page.sandbox import SANDBOX
SANDBOX.read({GOOD!r})
print(SANDBOX._idle[0].process.pid, flush=True)
{end}"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, timeout=60
    )
    pid = done.stdout.decode().strip()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and runs(pid):
        threading.Event().wait(0.02)
    assert pid.isdigit() and not runs(pid)
    assert not done.stderr


def test_a_child_sees_no_keys(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    box = Sandbox()
    before = set(children())
    box.read(GOOD)
    (pid,) = set(children()) - before
    assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()
    box.close()


def test_a_refusal_of_a_file_passes_through_and_keeps_the_child(sandbox):
    sandbox.read(GOOD)
    before = children()
    with pytest.raises(InputError) as caught:
        sandbox.read(b"%PDF-1.7 broken", url="https://a.example/x")
    assert (caught.value.code, caught.value.url) == ("content_type", "https://a.example/x")
    assert caught.value.advice and children() == before


def test_a_warmed_child_reads_the_first_page():
    box = Sandbox()
    box.warm()
    box.warm()
    (child,) = box._idle
    assert box.read(GOOD).text
    assert box._idle == [child]
    box.close()
