"""`motcua appoint`: gives a person an office."""

from collections.abc import Mapping
from typing import Final

import click

from mobile_contract.vocabulary import ROLES
from motcua.cli.system import on_system

_MEANS: Final = {
    "receiver": "tiếp nhận / accepts dossiers",
    "appraiser": "thẩm định / appraises them",
    "leader": "ký duyệt / signs results",
    "hand_over": "trả kết quả / hands results over",
    "admin": "quản trị cán bộ, đối tác / appoints officers, makes keys",
    "resident_police": "công an quản lý cư trú / approves lodgings, sees guests",
}


class _Role(click.ParamType[str, str]):
    """A role that an office can have; the refusal names them all."""

    name = "role"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in ROLES:
            known = ", ".join(ROLES)
            self.fail(
                f"Không có vai trò {value}; có: {known}. / No such role as {value}; there are: {known}.", param, ctx
            )
        return value


class _Explained(click.Command):
    """Its help names every role and agency, so that nobody has to look for the codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from procedures.seed import shipped_agencies

        with formatter.section("Vai trò / roles"):
            formatter.write_dl([(role, _MEANS[role]) for role in ROLES])
        with formatter.section("Cơ quan / agencies"):
            formatter.write_dl([(agency["code"], agency["name"]) for agency in shipped_agencies()])
        super().format_epilog(ctx, formatter)


@click.command(cls=_Explained)
@click.argument("agency")
@click.argument("roles", nargs=-1, required=True, type=_Role())
@click.option("--name", required=True, help="The name the officer signs with.")
@on_system
def appoint(system: Mapping[str, str], agency: str, roles: tuple[str, ...], name: str) -> None:
    """Gives a person an office from today on, in an agency with one or more roles.

    The identity number is asked for, so that it stands in no command line.
    """
    from motcua.wiring.seeding import appoint_officer

    number = click.prompt("Số định danh cá nhân / identity number", hide_input=True)
    new = appoint_officer(system, number=number, name=name, agency=agency, roles=roles)
    click.echo("Đã bổ nhiệm. / Appointed." if new else "Đã có từ trước. / Held already.")
