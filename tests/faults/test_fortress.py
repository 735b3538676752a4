"""The service behind TLS and access lists, with every secret in a file: it works, and no secret turns up anywhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis
from fleet import Fleet, Listener, configure, newspaper, stories
from fortress import USER, Fortress, admin, fortress
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from workers.__main__ import app as clashwatch
from workers.adapters.store.engine import connect, migrate
from workers.celery import app
from workers.hints import impatient_connection

PASSWORD = "canary-of-both-servers"
CANARIES = {
    "database": PASSWORD,
    "webhook": "whsec_Y2FuYXJ5LW9mLXRoZS1ob29r",
    "smtp": "canary-of-the-mail-server",
    "slack": "https://127.0.0.1:1/services/canary-of-slack",
    "apprise": "json://canary-user:canary-of-apprise@127.0.0.1:1/canary-path",
    "pager": "canaryofthepager0123456789abcdef",
    "deadman": "http://127.0.0.1:1/canary-of-the-deadman",
}
TOLD = ["canary-of", "whsec_Y2", "canaryof", "Y2FuYXJ5", "canary-path", "canary-user"]
"""What is looked for: the parts of the secrets that are secret."""


@pytest.fixture(scope="module")
def walls() -> Iterator[Fortress]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    # Not pytest's own folder: it shuts that at every start, and PostgreSQL run for root runs as somebody else.
    with TemporaryDirectory(prefix="clashwatch-") as folder, fortress(Path(folder), PASSWORD, ports) as made:
        migrate(made.database)
        yield made


def receivers(hook: str, secrets: Path) -> str:
    kinds = f"""
receivers:
  - {{name: outbox, kind: outbox}}
  - {{name: hook, kind: webhook, url: '{hook}', secret_file: {secrets}/webhook, allow_private: true}}
  - {{name: mail, kind: email, host: 127.0.0.1, port: 1, tls: none, username: clashwatch,
      password_file: {secrets}/smtp, sender: a@b.example, to: [c@d.example]}}
  - {{name: chat, kind: slack_webhook, url_file: {secrets}/slack}}
  - {{name: other, kind: apprise, urls_file: {secrets}/apprise}}
route:
  receiver: outbox
  routes:
"""
    names = ("hook", "mail", "chat", "other")
    return kinds + "".join(f"    - {{receiver: {name}, continue: true}}\n" for name in names)


@pytest.fixture
def secrets(tmp_path: Path, walls: Fortress) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, words in {**CANARIES, "database": walls.database, "broker": walls.broker}.items():
        (folder / name).write_text(words + "\n")
    return folder


class Spy:
    """Every command that the broker is sent, as its administrator sees it."""

    def __init__(self, walls: Fortress) -> None:
        self.heard: list[str] = []
        self._client = admin(walls.broker_port, walls.password, walls.authority)

    def __enter__(self) -> Spy:
        self._monitor = self._client.monitor().__enter__()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def _listen(self) -> None:
        try:
            for command in self._monitor.listen():
                self.heard.append(str(command["command"]))
        except (redis.RedisError, OSError, ValueError):
            return

    def __exit__(self, *_: object) -> None:
        self._monitor.connection.disconnect()
        self._thread.join(5)
        self._client.close()


@pytest.mark.timeout(400)
def test_a_clash_is_told_over_tls_and_no_secret_turns_up_anywhere(
    walls: Fortress, secrets: Path, tmp_path: Path, beating
) -> None:
    told, listener, seen = stories(2), Listener(), []
    with listener.listening() as hook, newspaper(told) as site, Spy(walls) as spy:
        config = configure(tmp_path, site, hook)
        (config / "receivers.yml").write_text(receivers(hook, secrets))
        fleet = Fleet(config, "", "", connect(walls.database))
        fleet.surroundings |= {
            "CLASHWATCH_DATABASE_URL_FILE": str(secrets / "database"),
            "CLASHWATCH_REDIS_URL_FILE": str(secrets / "broker"),
            "CLASHWATCH_DEADMAN_URL_FILE": str(secrets / "deadman"),
            "CLASHWATCH_API_PORT": "0",
            "CLASHWATCH_EXPORTER_PORT": "0",
        }
        with fleet.sailing("beat", "fetch", "process", "notify", "api", "exporter"):
            wait_for(lambda: len(set(listener.alerts)) == 2)
            wait_for(lambda: attempts(fleet) >= 6)
            seen.append(("process titles", titles(fleet)))
        seen.append(("the broker's traffic", "\n".join(spy.heard)))
        assert any("LPUSH" in command for command in spy.heard), "nothing was listened to"
    seen += [(path.name, path.read_text(errors="replace")) for path in config.glob("*.log")]
    seen += [(" ".join(words), said(fleet, words)) for words in COMMANDS]
    seen.append(("the store", dumped(fleet, tmp_path)))
    silent = {name for name, text in seen if len(text) <= 20} - {"exporter.log", "api.log", "quarantine list"}
    assert not silent, "what says nothing proves nothing"
    leaks = [(name, word) for name, text in seen for word in TOLD if word in text]
    fleet.engine.dispose()
    assert leaks == []


COMMANDS = (
    ["config", "show"], ["config", "show", "--json"], ["receivers", "list"], ["deliveries", "list"], ["status"],
    ["quarantine", "list"], *(["receivers", "test", name] for name in ("mail", "other", "chat")),
)  # fmt: skip


def said(fleet: Fleet, words: list[str]) -> str:
    environment = {**os.environ, "CLASHWATCH_CONFIG": str(fleet.config), **fleet.surroundings}
    done = subprocess.run(
        [sys.executable, "-m", "workers", *words], env=environment, capture_output=True, text=True, timeout=120
    )
    return f"exit {done.returncode}: {done.stdout} {done.stderr} "


def dumped(fleet: Fleet, folder: Path) -> str:
    assert said(fleet, ["backup", str(folder / "all.zip")]).startswith("exit 0")
    with zipfile.ZipFile(folder / "all.zip") as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def titles(fleet: Fleet) -> str:
    """What any user of the machine sees of our processes and their children."""
    ours = {str(process.pid) for process in fleet.processes.values()}
    lines = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in lines.splitlines() if ours & set(line.split()[:2]))


def attempts(fleet: Fleet) -> int:
    """Receivers that cannot be reached: each error is a chance to say too much."""
    with fleet.engine.connect() as c:
        return int(c.exec_driver_sql("SELECT coalesce(sum(failures), 0) FROM circuits").scalar_one())


def wait_for(holds: object, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.3)


def test_another_authoritys_word_and_plain_text_are_refused_by_both_servers_clients(walls: Fortress) -> None:
    stranger = walls.database.replace(str(walls.authority), str(walls.stranger))
    plain = walls.database.replace("verify-full", "disable")
    for address, words in ((stranger, "certificate verify failed"), (plain, "no encryption")):
        engine = connect(address)
        with pytest.raises(OperationalError, match=words):
            engine.connect()
        engine.dispose()
    for address in (
        walls.broker.replace(str(walls.authority), str(walls.stranger)),
        walls.broker.replace("rediss://", "redis://").partition("?")[0],
    ):
        with pytest.raises(redis.ConnectionError):
            redis.Redis.from_url(address, socket_timeout=3).ping()


def test_celery_refuses_a_broker_that_another_authority_vouches_for(walls: Fortress, tmp_path: Path) -> None:
    broker = walls.broker.replace(str(walls.authority), str(walls.stranger))
    before, app.conf.broker_url = app.conf.broker_url, broker
    try:
        with impatient_connection() as connection, pytest.raises(Exception, match="certificate verify failed"):
            connection.default_channel.client.ping()
    finally:
        app.conf.broker_url = before


FORBIDDEN = (
    ["FLUSHALL"], ["FLUSHDB"], ["CONFIG", "GET", "*"], ["CONFIG", "SET", "dir", "/tmp"], ["KEYS", "*"], ["SHUTDOWN"],
    ["ACL", "LIST"], ["MONITOR"], ["REPLICAOF", "127.0.0.1", "1"], ["SAVE"],
    ["MODULE", "LIST"], ["GET", "somebody-elses"], ["SET", "somebody-elses", "x"], ["CLIENT", "KILL", "TYPE", "normal"],
)  # fmt: skip


@pytest.mark.parametrize("command", FORBIDDEN, ids=lambda words: " ".join(words))
def test_the_services_own_user_may_not_do_what_it_does_not_need(walls: Fortress, command: list[str]) -> None:
    with redis.Redis.from_url(walls.broker) as client:
        assert client.llen("process") >= 0
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command(*command)


def test_nobody_gets_in_without_a_password(walls: Fortress) -> None:
    nobody = redis.Redis("127.0.0.1", walls.broker_port, ssl=True, ssl_ca_certs=str(walls.authority))
    with pytest.raises((redis.AuthenticationError, redis.ResponseError)):
        nobody.ping()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host=127.0.0.1 port={walls.database_port} user={USER} sslmode=require", password="wrong")


def test_a_message_larger_than_a_megabyte_does_not_get_into_the_broker(walls: Fortress) -> None:
    with redis.Redis.from_url(walls.broker) as client, pytest.raises(redis.RedisError):
        client.lpush("process", b"x" * (2 << 20))


def test_a_refused_database_is_said_without_its_password(walls: Fortress, secrets: Path, tmp_path: Path) -> None:
    with newspaper([]) as site:
        config = configure(tmp_path, site, "http://127.0.0.1:1/")
    for wrong in (
        walls.database.replace(f":{walls.database_port}/", ":1/"),
        walls.database.replace(USER + "?", "absent?"),
        walls.database.replace("sslmode=verify-full", "sslmode=nonsense"),
        walls.database.replace("postgresql://", "mysql://"),
        "postgresql://u:canary-of-a-slip@[::1/x",
    ):
        (secrets / "database").write_text(wrong)
        given = {"CLASHWATCH_DATABASE_URL_FILE": str(secrets / "database"), "CLASHWATCH_CONFIG": str(config)}
        for words in (["status"], ["config", "check"], ["migrate", "--patience", "0"], ["backup", str(tmp_path / "x")]):
            answer = CliRunner().invoke(clashwatch, words, env=given)
            assert "canary" not in answer.output + str(answer.exception), words
