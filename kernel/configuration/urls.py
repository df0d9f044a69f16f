"""Settings that are addresses, each judged by those who will use it: what they cannot open is refused at boot."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import psycopg
import redis
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kernel.configuration.kinds import Text, Unfit

_POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_DRIVER: Final = "postgresql+psycopg"
_BROKERS: Final = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss", "unix": "unix"}
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+")
_PLAIN: Final = re.compile(r"[!-~]+")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HERE: Final = frozenset({"localhost", "localhost.", "localhost.localdomain"})


class OutsideUrl(Text):
    """The address of an outside party, or ours as they see it: http or https, in production https and not this machine.

    `real`: the party's own address, the default in production. `question`: the address may have a query.
    """

    def __init__(self, name: str, default: str, *, real: str | None = None, question: bool = False) -> None:
        super().__init__(name, default, in_production=real)
        self.question = question

    def parse(self, said: str) -> str:
        split_outside(said, question=self.question)
        return said.rstrip("/")

    def judge_for_production(self, said: str) -> None:
        parts = split_outside(said, question=self.question)
        if parts.scheme != "https" or is_this_machine(parts.hostname or ""):
            raise Unfit("khi chạy thật cần địa chỉ https công khai", "a public https address is needed in production")


def split_outside(said: str, *, question: bool = False) -> SplitResult:
    """The parts of an http or https address. Raises Unfit, saying what is wrong with it."""
    parts = _split(said)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfit("cần địa chỉ như https://ten.mien.vn", "an address like https://host.example is needed")
    if "@" in parts.netloc:
        raise Unfit("địa chỉ không được kèm tên và mật khẩu", "the address must hold no user and password")
    if "#" in said or ("?" in said and not question):
        raise Unfit("địa chỉ không được có ? hoặc #", "the address must have no ? and no #")
    if not _HOST.fullmatch(parts.hostname):
        raise Unfit("tên máy trong địa chỉ chưa đúng", "the host of the address is not one")
    return parts


def is_this_machine(host: str) -> bool:
    if host.lower() in _HERE or host.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


class DatabaseUrl(Text):
    """PostgreSQL's address; `postgres://` and `postgresql://` mean our driver."""

    def parse(self, said: str) -> str:
        url = _database_url(super().parse(said))
        if url.drivername not in _POSTGRES:
            raise Unfit(
                "cần PostgreSQL: postgresql://người_dùng:mật_khẩu@máy/tên",
                "PostgreSQL is needed: postgresql://user:password@host/name",
            )
        if not url.database or not url.database.strip("/"):
            raise Unfit("thiếu tên cơ sở dữ liệu sau dấu /", "the name of the database is missing, after the /")
        if "#" in said:
            raise Unfit("dấu # phải viết là %23", "a # has to be written as %23")
        if url.port is not None and not 1 <= url.port <= 65535:
            raise Unfit("số cổng từ 1 đến 65535", "the port is a number from 1 to 65535")
        _judge_for_libpq(url)
        return url.set(drivername=_DRIVER).render_as_string(hide_password=False)


def _database_url(said: str) -> URL:
    try:
        return make_url(said)
    except (ArgumentError, ValueError):
        raise Unfit(
            "cần địa chỉ như postgresql://người_dùng:mật_khẩu@máy:5432/tên",
            "an address like postgresql://user:password@host:5432/name is needed",
        ) from None


def _judge_for_libpq(url: URL) -> None:
    given = url.translate_connect_args(username="user", database="dbname")
    known = {**given, **{name: value for name, value in url.query.items() if isinstance(value, str)}}
    try:
        make_conninfo("", **known)
    except psycopg.ProgrammingError:
        raise Unfit(
            "sau dấu ? có tham số mà PostgreSQL không biết", "after the ? is a parameter that PostgreSQL does not know"
        ) from None


class BrokerUrl(Text):
    """The address of Valkey or Redis, as their clients read it; `valkey://` is `redis://`."""

    def parse(self, said: str) -> str:
        parts = _split(super().parse(said))
        scheme = _BROKERS.get(parts.scheme)
        if scheme is None or "://" not in said:
            raise Unfit(
                "cần redis://, rediss://, valkey://, valkeys:// hoặc unix://",
                "redis://, rediss://, valkey://, valkeys:// or unix:// is needed",
            )
        if not (parts.path if scheme == "unix" else parts.hostname):
            raise Unfit("thiếu tên máy, hoặc đường dẫn của socket", "the host is missing, or the path of the socket")
        if scheme != "unix" and not re.fullmatch(r"(/[0-9]{0,5})?", parts.path):
            raise Unfit("sau tên máy chỉ nhận số của cơ sở dữ liệu", "only the number of a database follows the host")
        if "#" in said or any(name == "db" and not _is_number(value) for name, value in parse_qsl(parts.query)):
            raise Unfit("phần sau ? hoặc # chưa đúng", "what follows the ? or # is not valid")
        url = f"{scheme}{said[len(parts.scheme) :]}"
        try:
            pool = redis.ConnectionPool.from_url(url)
            pool.connection_class(**pool.connection_kwargs)
        except (TypeError, ValueError, redis.RedisError):
            raise Unfit(
                "chương trình khách không đọc được địa chỉ này", "the client cannot read this address"
            ) from None
        return url


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", value) is not None


class FilesUrl(Text):
    """Where attachments live: a folder or a bucket of an object store that speaks S3's protocol."""

    def parse(self, said: str) -> str:
        parts = urlsplit(super().parse(said))
        if "://" not in said or parts.scheme not in ("file", "s3") or parts.query or parts.fragment:
            raise Unfit("cần file:///thư_mục hoặc s3://thùng/tiền_tố", "file:///folder or s3://bucket/prefix is needed")
        if parts.scheme == "s3":
            if not _BUCKET.fullmatch(parts.netloc):
                raise Unfit("tên thùng S3 chưa đúng", "the name of the bucket is not one that S3 allows")
        elif parts.netloc not in ("", "localhost") or not unquote(parts.path).strip("/."):
            raise Unfit("cần ba dấu gạch: file:///thư_mục", "three slashes are needed: file:///folder")
        return said


def _split(said: str) -> SplitResult:
    """Raises Unfit for what no address can hold."""
    unread = Unfit("không phải là một địa chỉ", "not an address")
    if not _PLAIN.fullmatch(said):
        raise unread
    try:
        parts = urlsplit(said)
        port = parts.port
    except ValueError:
        raise Unfit("số cổng từ 1 đến 65535", "the port is a number from 1 to 65535") from None
    if port == 0:
        raise Unfit("số cổng từ 1 đến 65535", "the port is a number from 1 to 65535")
    return parts
