"""Every resource of the API, in the order of the document."""

from typing import Final

from api.auth.account import blueprint as account
from api.auth.routes import blueprint as auth
from api.blueprint import Blueprint
from api.docs.routes import blueprint as docs
from api.system.routes import blueprint as system

RESOURCES: Final[tuple[Blueprint, ...]] = (system, docs, auth, account)
