"""Servers as a careful operator runs them: PostgreSQL and Redis behind TLS, each with one user of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).parents[2]
USER = "clashwatch"


@dataclass(frozen=True)
class Fortress:
    """Addresses that work, and what they are made of. ``authority`` is the CA's certificate, ``stranger`` another's."""

    database: str
    broker: str
    authority: Path
    stranger: Path
    database_port: int
    broker_port: int
    password: str
    log: Path


def certificates(folder: Path, name: str) -> Path:
    """An authority and, signed by it, a certificate for 127.0.0.1 in ``server.crt`` and ``server.key``."""
    folder.mkdir()
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n")
    run = lambda *words: subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)  # noqa: E731
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run("req", "-x509", *kind, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", f"/CN={name}")
    run("req", *kind, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san")
    run("x509", "-req", "-in", "server.csr", *signed, "-out", "server.crt")
    return folder / "ca.crt"


@contextmanager
def fortress(folder: Path, password: str, ports: tuple[int, int]) -> Iterator[Fortress]:
    """Both servers, for as long as a block lasts."""
    folder.chmod(0o711)
    authority, stranger = certificates(folder / "ours", "ours"), certificates(folder / "theirs", "theirs")
    ours = authority.parent
    with _postgres(folder / "pg", ours, password, ports[0]), _redis(folder / "redis", ours, password, ports[1]):
        there = [f"{USER}:{password}@127.0.0.1:{port}" for port in ports]
        yield Fortress(
            f"postgresql://{there[0]}/{USER}?sslmode=verify-full&sslrootcert={authority}",
            f"rediss://{there[1]}/0?ssl_cert_reqs=required&ssl_ca_certs={authority}",
            authority,
            stranger,
            *ports,
            password,
            folder / "pg.log",
        )


@contextmanager
def _redis(folder: Path, certificate: Path, password: str, port: int) -> Iterator[None]:
    """With the access list that is shipped, and an administrator who may look at everything."""
    folder.mkdir()
    listed = (ROOT / "deploy" / "redis" / "users.acl").read_text()
    listed = listed.replace("REPLACE_WITH_SHA256_OF_THE_PASSWORD", sha256(password.encode()).hexdigest())
    (folder / "users.acl").write_text(f"{listed}user admin on >{password} ~* &* +@all\n")
    tls = ("--tls-cert-file", "server.crt", "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.crt")
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--bind", "127.0.0.1", "--tls-port", str(port), "--tls-auth-clients", "no",
         *tls, "--aclfile", str(folder / "users.acl"), "--save", "", "--proto-max-bulk-len", "1mb"],
        cwd=certificate, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until(lambda: admin(port, password, certificate / "ca.crt").ping())
        yield
    finally:
        server.kill()
        server.wait()


def admin(port: int, password: str, authority: Path) -> redis.Redis:
    return redis.Redis(
        "127.0.0.1",
        port,
        username="admin",
        password=password,
        ssl=True,
        ssl_ca_certs=str(authority),
        socket_timeout=None,
    )


@contextmanager
def _postgres(folder: Path, certificate: Path, password: str, port: int) -> Iterator[None]:
    """Debian's own: the wheel's is built without TLS. It takes nobody in but over TLS and with a password."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder.mkdir()
    for name in ("server.crt", "server.key"):
        shutil.copy(certificate / name, folder.parent / name)
    for path in (folder, folder.parent / "server.key", folder.parent / "server.crt"):
        shutil.chown(path, owner)
        path.chmod(0o700 if path.is_dir() else 0o600)
    secret = folder.parent / "secret"
    secret.write_text(password)
    shutil.chown(secret, owner)
    as_owner = {"user": owner} if os.getuid() == 0 else {}
    making = [programs / "initdb", "-D", folder / "data", "-U", USER, "--pwfile", secret, "-A", "scram-sha-256", "-N"]
    subprocess.run(making, check=True, capture_output=True, cwd="/", **as_owner)  # type: ignore[call-overload]
    (folder / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    key, crt = folder.parent / "server.key", folder.parent / "server.crt"
    settings = ("ssl=on", f"ssl_key_file={key}", f"ssl_cert_file={crt}", "ssl_min_protocol_version=TLSv1.2")
    with (folder.parent / "pg.log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F",
             *(word for setting in settings for word in ("-c", setting))],
            stderr=log, cwd="/", **as_owner,
        )  # fmt: skip
    try:
        address = f"host=127.0.0.1 port={port} user={USER} password={password} sslmode=require dbname="
        _until(lambda: psycopg.connect(address + "postgres").close())
        with psycopg.connect(address + "postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE clashwatch")
        yield
    finally:
        server.kill()
        server.wait()


def _until(attempt: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            attempt()  # type: ignore[operator]
        except (psycopg.OperationalError, redis.RedisError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
