"""Puts the catalogue that ships with the product into the database; run again, it changes only what differs."""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from agencies.models import Agency
from kernel.clock import local
from kernel.part import Container
from procedures.loader import read_document
from procedures.publishing import publish_procedure

_NATIONAL = Path(__file__).parent / "data" / "national"


def put_catalogue(container: Container) -> dict[str, int]:
    """The seed of this part; see `seed_catalogue`."""
    with container.database.transaction() as session:
        return seed_catalogue(session, local(container.clock.now()).date())


def seed_catalogue(session: Session, today: date) -> dict[str, int]:
    """Agencies and procedures; returns how many agencies there are and how many versions were new."""
    agencies = shipped_agencies()
    paths: dict[str, str] = {}
    for agency in agencies:
        _put_agency(session, agency, paths)
    published = [publish_procedure(session, read_document(file), today) for file in sorted(_NATIONAL.glob("*.yaml"))]
    return {"agencies": len(agencies), "new_versions": sum(new for _, new in published)}


def shipped_agencies() -> list[dict[str, Any]]:
    """What the file says of each agency, parents before their children."""
    agencies: list[dict[str, Any]] = yaml.safe_load(
        files("agencies").joinpath("data/agencies.yaml").read_text(encoding="utf-8")
    )
    return agencies


def _put_agency(session: Session, agency: Mapping[str, Any], paths: dict[str, str]) -> None:
    """Parents stand before their children in the file, so a path is its parent's and the own code."""
    parent = agency.get("parent")
    paths[agency["code"]] = f"{paths[parent] if parent else ''}{agency['code']}/"
    values = {
        "kind": agency.get("kind", "office"),
        "name": agency["name"],
        "short_name": agency["short_name"],
        "parent_code": parent,
        "path": paths[agency["code"]],
        "commune_code": agency.get("commune_code"),
        "address": agency.get("address"),
        "phone": agency.get("phone"),
    }
    statement = insert(Agency).values(code=agency["code"], **values)
    session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
