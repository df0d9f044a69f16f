"""The `motcua zalo` commands: connecting the official account, and how its tokens are doing."""

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from motcua.cli.system import on_system, opened

if TYPE_CHECKING:
    from notify.channels.zalo.tokens import TokenKeeper

# 32 octets are the 43 characters that Zalo asks of a verifier.
_VERIFIER_OCTETS = 32


@click.group()
def zalo() -> None:
    """The Zalo official account."""


@zalo.command()
def challenge() -> None:
    """Makes a verifier and the challenge to be set in Zalo's console; keep the verifier for `connect`."""
    verifier = secrets.token_urlsafe(_VERIFIER_OCTETS)
    click.echo(json.dumps({"code_verifier": verifier, "code_challenge": challenge_of(verifier)}))


@zalo.command()
@click.option("--code", prompt=True, hide_input=True, help="From the address that the consent page went back to.")
@click.option("--verifier", prompt=True, hide_input=True, help="As `challenge` printed it.")
@on_system
def connect(system: Mapping[str, str], code: str, verifier: str) -> None:
    """Exchanges a code of the consent page for the account's first tokens. A code lives for ten minutes.

    Left out, code and verifier are asked for, so that they stand in no command line.
    """
    from notify.channels.zalo.oauth import ExchangeFailed

    try:
        with _keeper(system) as keeper:
            keeper.connect(code.strip(), verifier.strip())
    except ExchangeFailed as failed:
        raise click.ClickException(failed.problem) from None
    click.echo("Đã kết nối. / Connected.")


@zalo.command()
@on_system
def status(system: Mapping[str, str]) -> None:
    """How the tokens are doing; exit code 1 when nothing can be sent, or the last renewal failed."""
    with _keeper(system) as keeper:
        state = keeper.state()
    told = {
        "connected": state.connected,
        "refreshed_at": state.refreshed_at and state.refreshed_at.isoformat(),
        "expires_at": state.expires_at and state.expires_at.isoformat(),
        "problem": state.problem,
        "problem_at": state.problem_at and state.problem_at.isoformat(),
    }
    click.echo(json.dumps(told))
    sys.exit(0 if state.connected and state.problem is None else 1)


@zalo.command()
@click.option("--use", "form", help="The template is in use again, though no event has said so.")
@on_system
def forms(system: Mapping[str, str], form: str | None) -> None:
    """What Zalo last said of the templates registered with it; one that is not in use is passed over."""
    from datetime import UTC, datetime

    from sqlalchemy import select

    from notify.channels.zalo.table import NAME
    from notify.pool.gateways import note_form
    from notify.registers import GatewayForm

    with opened(system) as held, held.database.transaction() as session:
        if form:
            note_form(session, NAME, form, "SAID_BY_OPERATOR", datetime.now(UTC), in_use=True)
        for row in session.scalars(select(GatewayForm).where(GatewayForm.gateway == NAME).order_by(GatewayForm.form)):
            told = {"form": row.form, "in_use": row.in_use, "status": row.status, "at": row.at.isoformat()}
            click.echo(json.dumps(told))


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


@contextmanager
def _keeper(system: Mapping[str, str]) -> Iterator["TokenKeeper"]:
    from notify.sending.loops import zalo_keeper

    with opened(system) as held:
        keeper = zalo_keeper(held)
        if keeper is None:
            raise click.ClickException("MOTCUA_ZALO_APP_ID: chưa đặt, không dùng Zalo. / not set, Zalo is not in use.")
        yield keeper
