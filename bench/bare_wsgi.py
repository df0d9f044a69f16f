"""The bare route as the server of web workers loads it."""

import os

from bench.bare import build
from kernel.configuration.settings import Environment, KernelSettings
from kernel.database.sessions import Database

_settings = KernelSettings.read(Environment(os.environ))
app = build(Database(_settings.database_url, pool_size=_settings.pool_size))
