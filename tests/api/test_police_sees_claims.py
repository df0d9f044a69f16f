"""The police see whether whoever runs a lodging has proved who they are, and a disputed claim opens no lodging."""

from sqlalchemy import text

from tests.api.authorisation_lodging import lodging_bodies
from tests.api.authorisation_support import World


def _listed(world: World) -> dict[str, str]:
    answer = world.client.get("/v1/police/lodgings", headers=world.callers["police"].headers()).get_json()
    return {each["id"]: each["organisation_standing"] for each in answer["items"]}


def _stand(world: World, standing: str) -> None:
    proved = "'registry', now()" if standing == "proved" else "NULL, NULL"
    with world.work() as work:
        work.session.execute(
            text(f"UPDATE organisation SET standing = :standing, (proved_by, proved_at) = ({proved}) WHERE id = :id"),  # noqa: S608
            {"standing": standing, "id": world.ids["organisation_id"]},
        )


def test_a_lodging_is_shown_with_the_standing_of_its_organisation(world: World) -> None:
    for standing in ("claimed", "disputed", "proved"):
        _stand(world, standing)
        assert _listed(world)[world.ids["lodging_id"]] == standing


def test_a_disputed_claim_registers_no_lodging(world: World) -> None:
    asked = {**lodging_bodies(world)["registerLodging"], "name": "Nhà nghỉ Thứ Ba Thử"}
    _stand(world, "disputed")
    headers = {**world.callers["owner"].headers(), "Idempotency-Key": "k-lodging"}
    refused = world.client.post("/v1/lodgings", json=asked, headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "organisation_disputed")
    _stand(world, "claimed")
    headers["Idempotency-Key"] = "k-lodging-2"
    assert world.client.post("/v1/lodgings", json=asked, headers=headers).status_code == 201
