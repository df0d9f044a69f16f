"""Lists of codes: whatever a form, a guest or a search asks for by code, in one place and one shape."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from api.edge.blueprint import Blueprint
from api.edge.conditional import core_of, tag_for, unchanged
from api.edge.context import language
from api.public.lists.schemas import ListAnswer, ListIndexAnswer, ListQuery
from auth.organisations import lists as auth_lists
from kernel.errors import DomainError, FieldError
from kernel.texts.code_lists import CodeList, by_name
from residence import lists as residence_lists
from tracking import lists as tracking_lists

blueprint = Blueprint("lists", description="Lists of codes (danh mục) to choose from")


@cache
def code_lists() -> Mapping[str, CodeList]:
    """All lists, by name."""
    return by_name([*tracking_lists.code_lists(), *residence_lists.code_lists(), *auth_lists.code_lists()])


@blueprint.operation("GET", "/v1/lists", "listCodeLists", answer=ListIndexAnswer(), etag=True)
def list_code_lists() -> Any:
    """Which lists there are, and by what each can be narrowed."""
    held = code_lists().values()
    tag = tag_for(core_of("lists", *(each.digest for each in held)))
    return unchanged(tag) or ({"items": [_line(each) for each in held]}, {"ETag": tag})


@blueprint.operation("GET", "/v1/lists/<list_name>", "readCodeList", query=ListQuery(), answer=ListAnswer(), etag=True)
def read_code_list(query: dict[str, Any], list_name: str) -> Any:
    """One list, in the order in which it is shown. With its ETag an unchanged list costs 304 and no body."""
    found = code_lists().get(list_name)
    if found is None:
        raise DomainError("not_found")
    within = _within(found, query)
    tag = tag_for(core_of("list", found.digest, within or "", query["q"]))
    held = unchanged(tag)
    if held is not None:
        return held
    entries = found.select(within=within, sought=query["q"])
    items = [{"code": each.code, "name": each.name(language()), "belongs_to": each.belongs_to} for each in entries]
    return {"list": found.name, "title": found.title(language()), "items": items}, {"ETag": tag}


def _within(found: CodeList, query: Mapping[str, Any]) -> str | None:
    """The code that narrows the list. Raises `invalid_fields` for a filter that is not the list's, or leads nowhere."""
    code: str | None = query["province"]
    if code is None:
        return None
    if found.within != "province":
        raise DomainError("invalid_fields", fields=[FieldError("?province", "parameter_unknown")])
    if all(entry.code != code for entry in code_lists()[tracking_lists.PROVINCES].entries):
        raise DomainError("invalid_fields", fields=[FieldError("?province", "province_unknown")])
    return code


def _line(each: CodeList) -> dict[str, Any]:
    return {
        "list": each.name,
        "title": each.title(language()),
        "count": len(each.entries),
        "filters": each.filters,
        "parent_list": each.parent_list,
    }
