"""The `motcua audit` commands: whether the trail is as it was written, and what proves it outside the database."""

import sys
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from motcua.cli.system import on_system, opened

if TYPE_CHECKING:
    from kernel.audit.findings import Report
    from motcua.wiring.joins.edge import Container

_MOST_SHOWN: Final = 200


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option(
    "--anchors", "lines", type=click.File(encoding="utf-8", errors="replace"), help="A file that `export` wrote, or -."
)
@on_system
def verify(system: Mapping[str, str], lines: IO[str] | None) -> None:
    """Walks the whole trail; exit code 1 when anything is wrong.

    Finds rows of the trail, of timelines and of clocks that were changed, removed or added, links that were cut off or
    made anew, and checkpoints and anchors that are not as they were signed. Says from when on nothing is anchored yet.
    """
    from motcua.cli.audit_texts import sentence, summary, verdict

    with opened(system) as held:
        report = _verified(held, list(lines) if lines else [])
    for finding in report.findings[:_MOST_SHOWN]:
        click.echo(sentence(finding))
    hidden = report.wrong - min(len(report.findings), _MOST_SHOWN)
    if hidden > 0:
        click.echo(f"… và {hidden} chỗ nữa. / … and {hidden} more.")
    for line in summary(report):
        click.echo(line)
    click.echo(verdict(report))
    sys.exit(1 if report.wrong else 0)


@audit.command()
@click.option("--last", is_flag=True, help="The newest one alone.")
@on_system
def export(system: Mapping[str, str], last: bool) -> None:
    """Prints the signed checkpoints, one a line, to be kept where nobody who holds the servers can reach.

    `verify --anchors FILE` holds the trail against such lines.
    """
    from kernel.audit.anchors import signed_checkpoints
    from kernel.audit.chain import Chain

    with opened(system) as held, held.database.transaction() as session:
        for anchor in signed_checkpoints(session, Chain(held.vault), last=last):
            click.echo(anchor.line())


@audit.command("accept-restore")
@click.option("--reason", required=True, help="Why the older state was restored; kept in the trail.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@on_system
def accept_restore(system: Mapping[str, str], reason: str, yes: bool) -> None:
    """Records that the database was taken back to an older backup on purpose.

    Refused when `verify` finds anything else wrong. The anchors that lie after the backup are given up by it; `verify`
    tells of it ever after.
    """
    from kernel.audit.restoring import NotARestore
    from kernel.audit.restoring import accept_restore as accept
    from motcua.cli.audit_texts import sentence, summary

    if not reason.strip():
        raise click.UsageError("Cần nêu lý do. / A reason is needed.")
    with opened(system) as held:
        report = _verified(held, [])
        for line in [*map(sentence, report.findings[:_MOST_SHOWN]), *summary(report)]:
            click.echo(line)
        try:
            if not yes:
                click.confirm("Đúng là đã chủ ý khôi phục? / Was this restored on purpose?", abort=True)
            with held.database.transaction() as session:
                accepted = accept(session, report, reason.strip())
        except NotARestore:
            raise click.ClickException(
                "Không phải (hoặc không chỉ là) bản khôi phục cũ hơn các neo. / "
                "This is not, or not only, a database older than its anchors."
            ) from None
    click.echo(
        f"Đã ghi nhận: bỏ các neo sau vị trí {accepted.after} đến {accepted.until}. / "
        f"Recorded: the anchors after position {accepted.after} up to {accepted.until} are given up."
    )


def _verified(held: "Container", lines: list[str]) -> "Report":
    from kernel.audit.anchors import anchors_in, anchors_of, is_object
    from kernel.audit.chain import Chain
    from kernel.audit.verify import begin_verifying, verify_audit

    chain = Chain(held.vault)
    # Before the snapshot: an anchor that is made from now on is of a link that the snapshot may not hold.
    anchors = [*anchors_in(held.files, chain), *anchors_of(lines, chain)]
    with held.database.transaction() as session, _progress() as progress:
        task = progress.add_task("Kiểm chuỗi / verifying", total=begin_verifying(session))
        return verify_audit(
            session,
            held.vault,
            anchors,
            is_there=lambda name: is_object(held.files, name),
            watch=lambda links: progress.advance(task, links),
        )


def _progress() -> Progress:
    """A bar where a person looks on; nothing in a pipe or a log."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
