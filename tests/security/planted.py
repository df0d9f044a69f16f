"""Faults planted on purpose, each in a copy of the source tree, and the narrow tests that must catch it.

A fault is the kind of slip that authorisation dies of: a forgotten condition, a permit too wide, a check turned round.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_AWAY: Final = shutil.ignore_patterns(
    ".git", ".venv", ".data", "build", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)
_MATRIX: Final = "tests/api/test_authorisation_matrix.py"
_HOUSES: Final = "tests/api/test_organisations.py"
_FAILED: Final = re.compile(r"^FAILED (\S+::\S[^\n]*?)(?: - .*)?$", re.MULTILINE)
_PATIENCE_S: Final = 240


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` stands once in `path` and is replaced by `new`; `caught_by` are the tests run, all of which must fail."""

    name: str
    meaning: str
    path: str
    old: str
    new: str
    caught_by: tuple[str, ...]


def _absent(caller: str) -> str:
    return f"{_MATRIX}::test_a_stranger_sees_what_is_ours_as_absent[{caller}]"


FAULTS: Final = (
    Fault(
        "citizen-reads-all",
        "The read of a citizen's dossier forgets whose it is.",
        "tracking/reading/queries.py",
        'OWN = text(_dossier(_TOLD_REASONS) + "AND d.applicant_id = :person',
        'OWN = text(_dossier(_TOLD_REASONS) + "AND :person = :person',
        (_absent("other citizen"),),
    ),
    Fault(
        "permit-too-wide",
        "The permit of the desk's read lets in anyone who is logged in.",
        "api/edge/permits.py",
        '"readDeskDossier": officer,',
        '"readDeskDossier": signed_in,',
        (f"{_MATRIX}::test_citizens_do_not_come_behind_the_desk_nor_officers_before_it",),
    ),
    Fault(
        "scope-ignored",
        "A partner's key is good for whatever a key can do.",
        "api/edge/permits.py",
        "return actor.kind is ActorKind.CLIENT and wanted <= actor.scopes",
        "return actor.kind is ActorKind.CLIENT",
        (f"{_MATRIX}::test_a_partner_without_the_scope_may_do_nothing_else",),
    ),
    Fault(
        "citizen-acts-on-all",
        "The lock for a citizen's act forgets whose the dossier is.",
        "tracking/store.py",
        "_LOCK_OWN = _OWN.with_for_update()",
        '_LOCK_OWN = select(Dossier).where(Dossier.id == bindparam("id")).with_for_update()',
        (_absent("other citizen"),),
    ),
    Fault(
        "desk-without-borders",
        "An officer of one commune acts on the dossiers of another.",
        "tracking/store.py",
        "Dossier.agency_code.in_(text(SUBTREE)),",
        'text(f"EXISTS ({SUBTREE})"),',
        (_absent("other officer"),),
    ),
    Fault(
        "anyones-session",
        "A device of somebody else can be logged out.",
        "auth/service/sessions.py",
        "if session is None or session.person_id != person_of(actor):",
        "if session is None:",
        (_absent("other citizen"),),
    ),
    Fault(
        "revoked-lives-on",
        "A session is asked for its end, not for its revocation.",
        "auth/store.py",
        "    LoginSession.revoked_at.is_(None),\n    LoginSession.expires_at > bindparam",
        "    LoginSession.expires_at > bindparam",
        (f"{_MATRIX}::test_who_is_nobody_gets_one_answer_for_everything[revoked session]",),
    ),
    Fault(
        "any-member-of-any-house",
        "A membership of one organisation opens every other.",
        "auth/organisations/store.py",
        "            Membership.organisation_id == organisation_id,\n            Membership.person_id == person_id,\n",
        "            Membership.organisation_id == organisation_id,\n",
        (_absent("other hotel"),),
    ),
    Fault(
        "appoints-anywhere",
        "An admin appoints officers outside the subtree.",
        "auth/service/officers.py",
        "if not is_within(work.session, asked.agency_code, actor.agency_code):",
        "if not is_within(work.session, asked.agency_code, asked.agency_code):",
        (f"{_HOUSES}::test_an_admin_appoints_and_ends_below_and_nowhere_else",),
    ),
    Fault(
        "step-up-turned-round",
        "A log-in of any age will do for what needs a fresh one.",
        "api/edge/security.py",
        "held.container.clock.now() - seen <= oldest",
        "held.container.clock.now() >= seen",
        (f"{_HOUSES}::test_an_old_log_in_is_asked_to_step_up",),
    ),
)


def plant(fault: Fault, folder: Path) -> Path:
    """A copy of the source tree with the fault in it."""
    copy = folder / fault.name
    shutil.copytree(ROOT, copy, ignore=_AWAY)
    file = copy / fault.path
    source = file.read_text(encoding="utf-8")
    assert source.count(fault.old) == 1, f"{fault.name}: its place in {fault.path} has changed"
    file.write_text(source.replace(fault.old, fault.new), encoding="utf-8")
    return copy


def failures(tree: Path, tests: tuple[str, ...], servers: Mapping[str, str]) -> set[str]:
    """Which of the tests fail in a tree; they run in a process of their own, on the servers given."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=tree,
        env={**os.environ, **servers, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    # 0: all passed, 1: some failed; anything else says that they did not run at all.
    assert done.returncode in (0, 1), done.stdout[-4000:] + done.stderr[-2000:]
    assert " error" not in done.stdout.splitlines()[-1], done.stdout[-4000:]
    return set(_FAILED.findall(done.stdout))
