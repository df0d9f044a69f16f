"""Every resource of the API, in the order of the document."""

from typing import Final

from api.blueprint import Blueprint
from api.docs.routes import blueprint as docs
from api.system.routes import blueprint as system

RESOURCES: Final[tuple[Blueprint, ...]] = (system, docs)
