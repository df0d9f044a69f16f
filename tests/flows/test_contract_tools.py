"""What other people's tools say of the contract: two linters, and a generator of TypeScript with its compiler."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from api.contract.spec import DOCUMENT
from tests.support.node import run_node_program

# A whole log-in, a look-up and a declaration, as an app would write them: what may be left out is left out.
_APP: Final = """
import type { paths } from "./contract";
type Body<P extends keyof paths> =
  paths[P] extends { post: { requestBody: { content: { "application/json": infer B } } } } ? B : never;
type Answer<P extends keyof paths, S extends number> =
  paths[P] extends { get: { responses: { [status in S]: { content: { "application/json": infer A } } } } } ? A : never;
export const login: Body<"/v1/auth/logins"> = {};
export const officer: Body<"/v1/auth/logins"> = { as: "officer", step_up: true };
export const lookup: Body<"/v1/lookups"> = { code: "H17.20551-261120-0042", secret: "K7MP2QRT" };
export const guests: Body<"/v1/lodgings/{lodging_id}/stays"> = {
  guests: [{ full_name: "Trần Văn Lữ", birth_date: "1991-04-03", sex: "M", nationality: "VNM",
    document_number: "048091000077", arrival: "2026-11-20", departure: "2026-11-21" }],
};
export function titles(page: Answer<"/v1/me/inbox", 200>): string[] {
  return page.items.map((item) => item.title);
}
// @ts-expect-error - a look-up without its secret is none
export const half: Body<"/v1/lookups"> = { code: "H17.20551-261120-0042" };
"""

_STRICT: Final = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "exactOptionalPropertyTypes": True,
        "noUncheckedIndexedAccess": True,
        "types": [],
    },
    "files": ["app.ts"],
}


def _changed(folder: Path, change: str) -> Path:
    """The document with one fault, to see that a tool notices."""
    content: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    operation = content["paths"]["/v1/auth/logins"]["post"]
    if change == "example":
        operation["requestBody"]["content"]["application/json"]["example"] = {"as": "nobody"}
    else:
        del operation["responses"]
    path = folder / "changed.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _spectral(document: Path, folder: Path) -> tuple[int, str]:
    rules = folder / "rules.yaml"
    rules.write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    done = run_node_program("spectral", "lint", document, "--ruleset", rules, "--fail-severity", "warn")
    return done.returncode, done.stdout + done.stderr


def _redocly(document: Path, folder: Path) -> tuple[int, str]:
    rules = folder / "redocly.yaml"
    rules.write_text("extends: [recommended]\n", encoding="utf-8")
    done = run_node_program("redocly", "lint", document, "--config", rules, "--format", "summary")
    # It exits with 0 while there are only warnings.
    said = done.stdout + done.stderr
    return done.returncode or int("warning" in said), said


@pytest.mark.parametrize("judge", [_spectral, _redocly])
def test_a_linter_finds_nothing(tmp_path: Path, judge: Any) -> None:
    code, said = judge(DOCUMENT, tmp_path)
    assert code == 0, said


@pytest.mark.parametrize("judge", [_spectral, _redocly])
@pytest.mark.parametrize("change", ["example", "responses"])
def test_a_linter_would_find_a_fault(tmp_path: Path, judge: Any, change: str) -> None:
    assert judge(_changed(tmp_path, change), tmp_path)[0] != 0


def test_an_app_in_typescript_compiles_against_the_generated_types(tmp_path: Path) -> None:
    made = run_node_program("openapi-typescript", DOCUMENT, "--output", tmp_path / "contract.d.ts")
    assert made.returncode == 0, made.stdout + made.stderr
    (tmp_path / "app.ts").write_text(_APP, encoding="utf-8")
    (tmp_path / "tsconfig.json").write_text(json.dumps(_STRICT), encoding="utf-8")
    compiled = run_node_program("tsc", "--project", tmp_path)
    assert compiled.returncode == 0, compiled.stdout
