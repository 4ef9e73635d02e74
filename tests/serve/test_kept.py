"""Answers that are given again: made once for many, anew once they are old or something is new."""

import asyncio

from starlette.responses import PlainTextResponse

from summarizer.serve.kept import PAGES, Keeper


class Site:
    """An app that counts what it makes; `gate` holds it back, `status` is that of its answers."""

    def __init__(self):
        self.made = 0
        self.stored = 0
        self.status = 200
        self.gate = asyncio.Event()
        self.gate.set()
        self.keeper = Keeper(self, lambda: self.stored)

    async def __call__(self, scope, receive, send):
        self.made += 1
        reply = PlainTextResponse(f"{scope['path']} {self.made}", self.status)
        await self.gate.wait()
        await reply(scope, receive, send)

    async def ask(self, path="/", method="GET") -> str:
        sent = []

        async def send(message):
            message.setdefault("headers", []).append((b"x", b"y"))  # as the guard does
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        await self.keeper(scope, None, send)
        assert sent[0]["headers"].count((b"x", b"y")) == 1
        return sent[1]["body"].decode()


def run(steps):
    async def start():
        await steps(Site())

    asyncio.run(start())


def test_many_who_ask_at_once_wait_for_one_page():
    async def steps(site):
        site.gate.clear()
        waiting = [asyncio.create_task(site.ask()) for _ in range(50)]
        await asyncio.sleep(0)
        site.gate.set()
        assert set(await asyncio.gather(*waiting)) == {"/ 1"}
        assert await site.ask() == "/ 1" and await site.ask("/other") == "/other 2"

    run(steps)


def test_what_is_stored_here_is_seen_at_once():
    async def steps(site):
        assert await site.ask() == "/ 1"
        site.stored += 1
        assert await site.ask() == "/ 2"

    run(steps)


def test_an_old_page_is_given_while_one_is_made():
    async def steps(site):
        site.keeper = Keeper(site, lambda: 0, fresh=0.0)
        assert await site.ask() == "/ 1"
        site.gate.clear()
        renewing = asyncio.create_task(site.ask())
        await asyncio.sleep(0)
        while renewing.done():  # it is fresh for twenty times what it took
            renewing = asyncio.create_task(site.ask())
            await asyncio.sleep(0.01)
        assert await site.ask() == "/ 1"
        site.gate.set()
        assert await renewing == "/ 2"

    run(steps)


def test_failures_changes_and_work_in_progress_are_never_kept():
    async def steps(site):
        assert await site.ask("/jobs/x") != await site.ask("/jobs/x")
        assert await site.ask(method="POST") != await site.ask(method="POST")
        site.status = 404
        assert await site.ask() != await site.ask()

    run(steps)


def test_few_pages_are_kept():
    async def steps(site):
        for number in range(PAGES + 10):
            await site.ask(f"/{number}")
        assert await site.ask("/0") == f"/0 {PAGES + 11}"
        assert await site.ask(f"/{PAGES + 9}") == f"/{PAGES + 9} {PAGES + 10}"

    run(steps)
