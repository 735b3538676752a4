"""Fetching over real connections from a hostile local web: every request ends in its named outcome, in time."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import time
import zlib
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import structlog
from aiohttp import ClientError, ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult

from workers.adapters.web import Fetcher, Policy, Request
from workers.adapters.web.guard import Guard, is_public
from workers.pipeline.models import FetchOutcome as Outcome

FEED = b"<rss version='2.0'><channel><title>W</title></channel></rss>"


async def plain(request):
    return web.Response(body=FEED, content_type="text/xml", charset="utf-8")


async def conditional(request):
    headers = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Mar 2026 08:00:00 GMT", "Cache-Control": "max-age=1800"}
    known = request.headers.get("If-None-Match") == '"v1"' or request.headers.get("If-Modified-Since")
    return web.Response(status=304, headers=headers) if known else web.Response(body=FEED, headers=headers)


async def endless(request):
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 1_000_000)


async def bomb(request):
    body = gzip.compress(b"0" * 50_000_000)
    return web.Response(body=body, headers={"Content-Encoding": "gzip"})


async def announced(request):
    response = web.StreamResponse(headers={"Content-Length": "52428800"})
    await response.prepare(request)
    return response


def reply(status=200, body=b"", **headers):
    async def handler(request):
        return web.Response(status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


ROUTES = {
    "/feed": (plain, Outcome.OK),
    "/missing": (reply(404), Outcome.CLIENT_ERROR),
    "/forbidden": (reply(403), Outcome.CLIENT_ERROR),
    "/gone": (reply(410), Outcome.GONE),
    "/busy": (reply(429, Retry_After="120"), Outcome.RATE_LIMITED),
    "/broken": (reply(500), Outcome.SERVER_ERROR),
    "/down": (reply(503, Retry_After="60"), Outcome.SERVER_ERROR),
    "/loop": (reply(302, Location="/loop"), Outcome.REDIRECTS),
    "/inside": (reply(302, Location="http://127.0.0.2:8080/secret"), Outcome.BLOCKED),
    "/metadata": (reply(301, Location="http://169.254.169.254/latest/"), Outcome.BLOCKED),
    "/mapped": (reply(301, Location="http://[::ffff:127.0.0.2]/"), Outcome.BLOCKED),
    "/mail": (reply(302, Location="http://example.org:25/"), Outcome.BLOCKED),
    "/file": (reply(302, Location="file:///etc/passwd"), Outcome.BLOCKED),
    "/nowhere": (reply(302, Location="http://[broken"), Outcome.BAD_URL),
    "/endless": (endless, Outcome.TOO_LARGE),
    "/bomb": (bomb, Outcome.TOO_LARGE),
    "/announced": (announced, Outcome.TOO_LARGE),
    "/not-gzip": (reply(body=b"plain text", Content_Encoding="gzip"), Outcome.BAD_ENCODING),
    "/cut": (reply(body=gzip.compress(FEED * 100)[:40], Content_Encoding="gzip"), Outcome.BAD_ENCODING),
    "/brotli": (reply(body=b"\x0b\x02", Content_Encoding="br"), Outcome.BAD_ENCODING),
    "/header": (reply(X_Long="x" * 20_000), Outcome.TOO_LARGE),
}


@asynccontextmanager
async def site(routes, tls=None):
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await listener.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@asynccontextmanager
async def drip(write):
    """A server below HTTP: ``write`` gets the stream."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        try:
            await write(writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def loris(writer):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" * 100:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def slow_body(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def hang_up(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()


async def no_http(writer):
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await writer.drain()


def fetcher(port, **policy):
    given = {"spacing": 0, "timeout": 1.5, "budget": 6, "robots": False, "per_host": 50} | policy
    return Fetcher(Policy(allow=(f"127.0.0.1:{port}",), **given))


def visit(path, handler, policy=None, **request):
    """One answer from a site with one page."""

    async def main():
        async with site({path: handler}) as port:
            asked = Request(f"http://127.0.0.1:{port}{path}", **({"feed": True} | request))
            return (await fetcher(port, **(policy or {})).fetch_many([asked]))[0]

    return asyncio.run(main())


def test_every_request_of_a_batch_ends_in_its_own_outcome_and_none_stops_another():
    async def main():
        handlers = {path: handler for path, (handler, _) in ROUTES.items()}
        async with (
            site(handlers) as port,
            drip(loris) as slow,
            drip(slow_body) as slower,
            drip(hang_up) as half,
            drip(no_http) as mail,
        ):
            wanted = {f"http://127.0.0.1:{port}{path}": outcome for path, (_, outcome) in ROUTES.items()}
            wanted |= {
                f"http://127.0.0.1:{slow}/": Outcome.TIMEOUT,
                f"http://127.0.0.1:{slower}/": Outcome.TIMEOUT,
                f"http://127.0.0.1:{half}/": Outcome.CONNECT,
                f"http://127.0.0.1:{mail}/": Outcome.CONNECT,
                "http://127.0.0.1:8009/": Outcome.BLOCKED,
                "http://localhost/": Outcome.BLOCKED,
                "http://[::1]/": Outcome.BLOCKED,
                "http://2130706433/": Outcome.BLOCKED,
                "http://0.0.0.0/": Outcome.BLOCKED,
                "ftp://example.org/feed": Outcome.BLOCKED,
                "no address": Outcome.BAD_URL,
                "http://no-such-host.invalid/": Outcome.DNS,
            }
            allow = tuple(f"127.0.0.1:{one}" for one in (port, slow, slower, half, mail))
            one = Fetcher(Policy(spacing=0, timeout=1.5, budget=6, robots=False, per_host=50, allow=allow))
            started = time.monotonic()
            answers = await one.fetch_many([Request(url, feed=True) for url in wanted])
            return wanted, answers, time.monotonic() - started

    wanted, answers, seconds = asyncio.run(main())
    assert {answer.request.url: answer.outcome for answer in answers} == wanted
    assert all(answer.page is None for answer in answers if answer.outcome != Outcome.OK)
    assert seconds < 6


def test_answers_come_as_they_end_so_that_a_slow_site_holds_up_nobody():
    async def late(request):
        await asyncio.sleep(0.3)
        return web.Response(body=FEED)

    async def main():
        async with site({"/late": late, "/soon": plain}) as port:
            asked = [Request(f"http://127.0.0.1:{port}{path}", feed=True) for path in ("/late", "/soon")]
            return [number async for number, _ in fetcher(port).stream(asked)]

    assert asyncio.run(main()) == [1, 0]


def test_a_page_comes_with_what_its_server_says_about_it():
    answer = visit("/feed", conditional)
    assert answer.page.body == FEED
    assert (answer.etag, answer.last_modified) == ('"v1"', "Mon, 02 Mar 2026 08:00:00 GMT")
    assert answer.max_age == 1800


@pytest.mark.parametrize("validator", [{"etag": '"v1"'}, {"last_modified": "Mon, 02 Mar 2026 08:00:00 GMT"}])
def test_either_validator_alone_is_sent_and_kept(validator):
    answer = visit("/feed", conditional, **validator, body_hash="abc")
    assert answer.outcome == Outcome.NOT_MODIFIED
    assert (answer.etag, answer.body_hash) == ('"v1"', "abc")


def test_a_server_without_validators_is_recognised_by_the_body():
    once = visit("/feed", plain)
    assert visit("/feed", plain, body_hash=once.body_hash).outcome == Outcome.UNCHANGED


def test_a_permanent_move_is_reported_and_a_temporary_one_is_not():
    async def main():
        routes = {"/feed": plain, "/old": reply(301, Location="/feed"), "/today": reply(302, Location="/old")}
        async with site(routes) as port:
            base = f"http://127.0.0.1:{port}"
            return base, await fetcher(port).fetch_many([Request(f"{base}{path}", feed=True) for path in routes])

    base, (direct, moved, temporary) = asyncio.run(main())
    assert direct.moved_to is None
    assert moved.moved_to == f"{base}/feed"
    assert (temporary.outcome, temporary.moved_to) == (Outcome.OK, None)
    assert temporary.page.final_url == f"{base}/feed"


@pytest.mark.parametrize(
    ("written", "seconds"), [("120", 120), ("Wed, 21 Oct 2015 07:28:00 GMT", None), ("soon", None)]
)
def test_a_wish_for_rest_is_read(written, seconds):
    assert visit("/busy", reply(429, Retry_After=written)).retry_after == seconds


@pytest.mark.parametrize(
    "encoded", [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda b: zlib.compress(b)[2:-4])]
)
def test_compressed_bodies_are_unpacked(encoded):
    name, compress = encoded
    assert visit("/feed", reply(body=compress(FEED), Content_Encoding=name)).page.body == FEED


def test_programs_say_who_they_are_and_whom_to_write_to():
    async def echo(request):
        return web.Response(text=request.headers["User-Agent"])

    answer = visit("/feed", echo, {"contact": "https://example.org/about"})
    assert answer.page.body == b"Clashwatch/0.1 (+https://example.org/about)"


def test_robots_are_obeyed_for_pages_and_not_asked_for_feeds():
    rules = reply(body=b"User-agent: *\nDisallow: /private", Content_Type="text/plain")

    async def main():
        async with site({"/robots.txt": rules, "/private/1": plain, "/public": plain}) as port:
            base = f"http://127.0.0.1:{port}"
            asked = [Request(f"{base}/private/1"), Request(f"{base}/public"), Request(f"{base}/private/1", feed=True)]
            return await fetcher(port, robots=True).fetch_many(asked)

    assert [answer.outcome for answer in asyncio.run(main())] == [Outcome.ROBOTS, Outcome.OK, Outcome.OK]


def test_a_site_whose_robots_file_is_broken_is_left_alone_for_a_while_and_one_without_is_read():
    assert visit("/page", plain, {"robots": True}, feed=False).outcome == Outcome.OK

    async def main():
        async with site({"/robots.txt": reply(503), "/page": plain}) as port:
            return await fetcher(port, robots=True).fetch_many([Request(f"http://127.0.0.1:{port}/page")])

    (answer,) = asyncio.run(main())
    assert answer.outcome == Outcome.SERVER_ERROR
    assert 60 < answer.retry_after <= 120


def test_a_host_is_asked_one_turn_at_a_time_and_late_turns_are_deferred():
    times = []

    async def noted(request):
        times.append(time.monotonic())
        return web.Response(body=b"x")

    async def main():
        async with site({"/page": noted}) as port:
            asked = [Request(f"http://127.0.0.1:{port}/page", feed=True)] * 6
            return await fetcher(port, spacing=0.2, timeout=1, budget=1.5).fetch_many(asked)

    outcomes = [answer.outcome for answer in asyncio.run(main())]
    assert outcomes.count(Outcome.OK) == len(times) == 3
    assert outcomes.count(Outcome.DEFERRED) == 3
    assert all(later - earlier > 0.15 for earlier, later in pairwise(times))


def test_workers_share_the_turns_of_a_host(broker):
    async def main():
        async with site({"/page": plain}) as port:
            policy = Policy(spacing=5, timeout=1, budget=1.5, robots=False, allow=(f"127.0.0.1:{port}",))
            asked = [Request(f"http://127.0.0.1:{port}/page", feed=True)]
            return [(await Fetcher(policy, broker).fetch_many(asked))[0] for _ in range(2)]

    first, second = asyncio.run(main())
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.DEFERRED)
    assert 3 < second.retry_after <= 5


def test_workers_together_ask_a_host_no_more_than_it_may_be_asked_at_once(broker):
    under_way, most = [], []

    async def slow(request):
        under_way.append(1)
        most.append(len(under_way))
        await asyncio.sleep(0.2)
        under_way.pop()
        return web.Response(body=FEED)

    async def main():
        async with site({"/slow": slow}) as port:
            allow = (f"127.0.0.1:{port}",)
            policy = Policy(spacing=0.01, timeout=5, budget=8, per_host=2, robots=False, allow=allow)
            asked = [Request(f"http://127.0.0.1:{port}/slow", feed=True)] * 3
            return await asyncio.gather(*(Fetcher(policy, broker).fetch_many(asked) for _ in range(3)))

    answers = [answer.outcome for answers in asyncio.run(main()) for answer in answers]
    assert answers == [Outcome.OK] * 9
    assert max(most) == 2


def test_a_large_batch_keeps_sharing_its_turns(broker):
    async def main():
        async with site({"/feed": plain}) as port:
            policy = Policy(spacing=0.001, robots=False, per_host=200, allow=(f"127.0.0.1:{port}",))
            asked = [Request(f"http://127.0.0.1:{port}/feed?{number}", feed=True) for number in range(200)]
            return await Fetcher(policy, broker).fetch_many(asked)

    with structlog.testing.capture_logs() as logs:
        answers = asyncio.run(main())
    assert {answer.outcome for answer in answers} == {Outcome.OK}
    assert logs == []


def test_a_host_that_is_busy_with_other_workers_is_asked_later_and_not_blamed(broker):
    async def slow(request):
        await asyncio.sleep(1)
        return web.Response(body=FEED)

    async def main():
        async with site({"/slow": slow}) as port:
            allow = (f"127.0.0.1:{port}",)
            policy = Policy(spacing=0.01, timeout=2, budget=2.3, per_host=1, robots=False, allow=allow)
            asked = [Request(f"http://127.0.0.1:{port}/slow", feed=True)]
            return await asyncio.gather(*(Fetcher(policy, broker).fetch_many(asked) for _ in range(2)))

    assert sorted(answer.outcome for (answer,) in asyncio.run(main())) == [Outcome.DEFERRED, Outcome.OK]


def test_without_redis_a_worker_keeps_its_own_turns():
    async def main():
        async with site({"/page": plain}) as port:
            policy = Policy(spacing=5, timeout=1, budget=1.5, robots=False, allow=(f"127.0.0.1:{port}",))
            asked = [Request(f"http://127.0.0.1:{port}/page", feed=True)] * 2
            return await Fetcher(policy, "redis://127.0.0.1:1/0").fetch_many(asked)

    assert sorted(answer.outcome for answer in asyncio.run(main())) == [Outcome.DEFERRED, Outcome.OK]


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)

    async def main():
        async with site({"/feed": plain}, served) as port:
            asked = [Request(f"https://127.0.0.1:{port}/feed", feed=True)]
            policy = Policy(spacing=0, timeout=2, robots=False, allow=("127.0.0.0/8",))
            vouched = ssl.create_default_context(cafile=str(certificate))
            return await Fetcher(policy).fetch_many(asked), await Fetcher(policy, tls=vouched).fetch_many(asked)

    (refused,), (accepted,) = asyncio.run(main())
    assert (refused.outcome, accepted.outcome) == (Outcome.TLS, Outcome.OK)


class Rebinding(AbstractResolver):
    """A name server that answers with another address each time, as one that attacks does."""

    def __init__(self, *addresses):
        self._addresses = iter(addresses)

    async def resolve(self, host, port=0, family=0):
        return [ResolveResult(hostname=host, host=next(self._addresses), port=port, family=2, proto=0, flags=0)]

    async def close(self):
        pass


def test_a_name_that_changes_its_address_between_two_requests_leads_nowhere_inside():
    async def main():
        async with site({"/feed": plain}) as port:
            guard = Guard([f"127.0.0.1:{port}"])
            resolver = Rebinding("127.0.0.1", "127.0.0.2", "169.254.169.254")
            connector = TCPConnector(
                resolver=resolver, use_dns_cache=False, force_close=True, socket_factory=guard.connect
            )
            async with ClientSession(connector=connector) as session:
                url = f"http://paper.example:{port}/feed"
                async with session.get(url) as response:
                    assert response.status == 200
                for _ in range(2):
                    with pytest.raises(ClientError, match="blocked address"):
                        await session.get(url)

    asyncio.run(main())


INSIDE = """
127.0.0.1 ::1 ::ffff:127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 fd00:ec2::254 100.100.100.200 ::127.0.0.1
168.63.129.16 224.0.0.1 ff02::1 64:ff9b::7f00:1 2002:7f00:1:: 100.64.0.1 0.0.0.0 :: fe80::1 fec0::1 240.0.0.1 192.0.0.1
198.18.0.1 2001:db8::1 2001:0:1::1 255.255.255.255
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_no_connection_is_made_to_an_address_inside(address):
    assert not is_public(address)
    assert not Guard(["127.0.0.1:8080", "10.0.0.0/24"]).allows(address, 80)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_open(address):
    assert is_public(address)


def test_what_the_operator_lists_is_open():
    guard = Guard(["127.0.0.1:8080", "10.0.0.0/24"])
    assert guard.allows("127.0.0.1", 8080)
    assert guard.allows("10.0.0.7", 1)
    assert not guard.allows("127.0.0.1", 8081)


def test_callers_without_an_event_loop_get_each_answer_as_it_comes():
    groups = Fetcher(Policy(spacing=0)).each([Request("ftp://example.org/"), Request("no address")])
    answers = {number: answer.outcome for group in groups for number, answer in group}
    assert answers == {0: Outcome.BLOCKED, 1: Outcome.BAD_URL}
