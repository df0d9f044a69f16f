"""Which of the shipped forms are registered with Zalo."""

import json
from pathlib import Path

import pytest

import sandbox.zalo
from kernel.configuration.settings import Environment
from notify.templates.book import SANDBOX_FORMS, ZaloForms, shipped_templates
from notify.templates.layouts import ZaloLayout, zalo_types
from notify.templates.settings import read_zalo_forms
from tests.support.faults_of_settings import in_english

PRODUCTION = {"MOTCUA_MODE": "production"}
NAME = "MOTCUA_ZALO_FORMS"


def _read(values: dict[str, str]) -> tuple[ZaloForms, list[str]]:
    env = Environment(values)
    return read_zalo_forms(env), in_english(env.problems)


def test_in_development_every_form_is_the_sandboxs() -> None:
    assert _read({}) == (tuple(sorted(SANDBOX_FORMS)), [])


def test_in_production_only_what_is_registered_goes_by_zalo() -> None:
    assert _read(PRODUCTION) == ((), [])
    forms, problems = _read(PRODUCTION | {NAME: "dossier_fee=7895418, dossier=7895417"})
    assert (forms, problems) == ((("dossier", "7895417"), ("dossier_fee", "7895418")), [])
    by_zalo = {template.name for template in shipped_templates(forms) if template.channel == "zalo"}
    assert "dossier.accepted" in by_zalo
    assert "residence.reminder" not in by_zalo
    assert not [template for template in shipped_templates(()) if template.channel == "zalo"]


@pytest.mark.parametrize("said", ["dossier", "dossier=", "dossier=x", "letter=5", "dossier=1,dossier=2", "=5"])
def test_a_list_that_cannot_be_read_is_refused(said: str) -> None:
    _, problems = _read({NAME: said})
    assert problems == [
        f"MOTCUA_ZALO_FORMS: as in dossier=7895417, of {', '.join(form for form, _ in SANDBOX_FORMS)}, each once"
    ]


def test_production_takes_no_form_of_the_sandbox() -> None:
    _, problems = _read(PRODUCTION | {NAME: "dossier=430001"})
    assert problems == ["MOTCUA_ZALO_FORMS: a form of the sandbox is not allowed in production"]


def test_the_sandbox_knows_every_form_with_its_fields() -> None:
    page = Path(sandbox.zalo.__file__).parent / "templates.json"
    registered = json.loads(page.read_text(encoding="utf-8"))
    used = set()
    for template in shipped_templates():
        if isinstance(template.layout, ZaloLayout):
            form = registered[template.layout.template_id]
            used.add(template.layout.template_id)
            sent = {field.param: zalo_types()[field.type] for field in template.layout.fields}
            assert sent == {
                name: said if isinstance(said, int) else said["most"] for name, said in form["params"].items()
            }
            assert all(f"<{param}>" in form["text"] for param in sent)
    assert used == {number for _, number in SANDBOX_FORMS}
