"""A new domain is its folder and one line in the list of parts: it is migrated, run, drained, told, kept and drawn."""

import ast
import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from tests.architecture.sources import DOMAINS, ROOT, Source, product
from tests.support.throwaway import Servers

# Where a domain may be named: its own folder, the list of parts, its joins, the edge, and what checks or measures.
_MAY_NAME = (
    "api/",
    "bench/",
    "migrations/",
    "mobile_contract/",
    "motcua/wiring/parts.py",
    "motcua/wiring/joins/",
    # Commands of domains, the sandbox's officers, and the settings of a system with a sandbox.
    "motcua/cli/",
    "motcua/wiring/seeding.py",
    "motcua/local/stack.py",
    "sandbox/",
    "journey/",
)
DOMAIN = ROOT / "tests" / "data" / "new_domain"


def test_a_new_domain_lives_by_its_part(servers: Servers, clean_redis: str, worker_number: int, tmp_path: Path) -> None:
    shutil.copytree(DOMAIN, tmp_path / "domain")
    env = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path / 'domain'}{os.pathsep}{ROOT}",
        "MOTCUA_DATABASE_URL": servers.clone_template(f"ferries{worker_number}"),
        "MOTCUA_REDIS_URL": clean_redis,
        "MOTCUA_FILES_URL": (tmp_path / "files").as_uri(),
        "MOTCUA_MASTER_KEY": b64encode(bytes(32)).decode(),
    }
    done = subprocess.run(
        [sys.executable, str(tmp_path / "domain" / "run.py")], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "migrated": ["ferry"],
        "drained": 1,
        "counted": 1,
        "told": ["ferry.sailed"],
        "left": 0,
        "command": "Có phà. / There are ferries.",
        "drawn": True,
    }


def test_nobody_else_names_a_domain() -> None:
    assert {source.path: found for source in product() if (found := _named(source))} == {}


def test_a_name_of_a_domain_would_be_seen() -> None:

    code = "def run() -> None:\n    from notify.part import PART\n"
    assert _named(Source("motcua/processes/x.py", code, ast.parse(code))) == ["notify.part"]


def _named(source: Source) -> list[str]:

    if source.path.startswith(_MAY_NAME) or source.package in DOMAINS:
        return []
    modules = [
        name
        for node in ast.walk(source.tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    ]
    return [name for name in modules if name.split(".")[0] in DOMAINS]
