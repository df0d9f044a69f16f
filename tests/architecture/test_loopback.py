"""No call of ours to this machine goes by a client that would take the caller's proxy for it."""

import ast

from tests.architecture.sources import calls, everything

_BY_PROXY = frozenset({"requests", "httpx", "urllib.request"})


def test_no_client_that_reads_proxy_variables_is_used() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in everything()
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Import) and any(name.name in _BY_PROXY for name in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in _BY_PROXY)
    ]
    assert found == []


def test_no_session_is_told_to_read_them() -> None:
    found = [
        f"{source.path}:{call.lineno}"
        for source in everything()
        for name in ("ClientSession", "PoolManager", "ProxyManager")
        for call in calls(source, name)
        if name == "ProxyManager" or any(keyword.arg == "trust_env" for keyword in call.keywords)
    ]
    assert found == []
