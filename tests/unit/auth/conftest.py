from collections.abc import Iterator

import pytest

from auth.eid.oidc import OidcProvider
from tests.unit.auth.support import Script, ScriptedProvider, client_of


@pytest.fixture(scope="module")
def running_provider() -> Iterator[ScriptedProvider]:
    provider = ScriptedProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running_provider: ScriptedProvider) -> ScriptedProvider:
    """A well-behaved provider that has been asked nothing yet."""
    running_provider.script = Script()
    running_provider.asked.clear()
    return running_provider


@pytest.fixture
def eid(provider: ScriptedProvider) -> Iterator[OidcProvider]:
    """Our side, knowing nothing of the provider yet."""
    client = client_of(provider.issuer)
    yield client
    client.close()
