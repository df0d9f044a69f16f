"""No import circle, anywhere. An import inside a function counts like one above it, since a circle that is broken by
moving an import into a function is a circle all the same; one for the type checker alone does not.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.architecture.house import House, imports, our_house, plant


def import_circle(house: House) -> list[str]:
    """Modules that import one another in a circle, the first one named again at the end; empty without a circle."""
    arrows: Mapping[str, frozenset[str]] = {name: imports(module, house) for name, module in house.modules.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as circle:
        return list(circle.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert import_circle(our_house()) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    house = plant(
        tmp_path,
        {
            "sandbox/world.py": "from sandbox.zalo import api\n",
            "sandbox/zalo/api.py": "import sandbox.zalo.tokens\n",
            "sandbox/zalo/tokens.py": "from ..world import World\n",
        },
    )
    assert set(import_circle(house)) == {"sandbox.world", "sandbox.zalo.api", "sandbox.zalo.tokens"}


def test_a_circle_hidden_in_a_function_is_found(tmp_path: Path) -> None:
    late = "def build():\n    from motcua.sending import send\n    return send\n"
    house = plant(tmp_path, {"motcua/wiring.py": late, "motcua/sending.py": "from motcua import wiring\n"})
    assert set(import_circle(house)) == {"motcua.wiring", "motcua.sending"}


def test_an_import_for_the_type_checker_closes_no_circle(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from motcua.sending import Sender\n"
    house = plant(tmp_path, {"motcua/wiring.py": typed, "motcua/sending.py": "from motcua import wiring\n"})
    assert import_circle(house) == []
