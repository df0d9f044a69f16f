"""What a version of a procedure (thủ tục) says: papers, form, fees, term, process. Pure and immutable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.texts.bilingual import Text
from procedures.forms.form import Form, value_at
from procedures.supplement import SupplementRule
from procedures.term import Term


class Level(StrEnum):
    """Whose agencies serve a procedure."""

    COMMUNE = "commune"
    PROVINCE = "province"


class ActionKind(StrEnum):
    """What an officer can do at a step of the process inside state 4."""

    ADVANCE = "advance"
    SEND_BACK = "send_back"
    TRANSFER = "transfer"
    ASK_SUPPLEMENT = "ask_supplement"
    DEMAND_FEE = "demand_fee"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the form value at `field` (a JSON pointer into the form values) is one of `values`."""

    field: str
    values: tuple[str | int | bool, ...]

    def holds(self, form_values: Mapping[str, Any]) -> bool:
        found = value_at(form_values, self.field)
        return any(type(found) is type(value) and found == value for value in self.values)

    def as_dict(self) -> dict[str, Any]:
        return {"field": self.field, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper (giấy tờ) of the dossier. `required` of a paper without condition; with one, the condition decides."""

    code: str
    name: Text
    required: bool
    condition: Condition | None
    media_types: tuple[str, ...]
    max_bytes: int

    def is_needed(self, form_values: Mapping[str, Any]) -> bool:
        return self.condition.holds(form_values) if self.condition else self.required


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee in đồng, and what it rests on. Without condition it is always due."""

    code: str
    name: Text
    amount_vnd: int
    legal_basis: str
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class ResultKind:
    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class StepAction:
    """`to` is the step that `advance` and `send_back` lead to; None for the other kinds. `code` is how it is called:
    the kind's own word, unless a step has two of a kind."""

    code: str
    kind: ActionKind
    to: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the process: who does it, and in how many working hours."""

    code: str
    name: Text
    role: str
    budget_hours: int
    actions: tuple[StepAction, ...]

    def actions_of(self, *kinds: ActionKind) -> Iterator[StepAction]:
        return (action for action in self.actions if action.kind in kinds)


@dataclass(frozen=True, slots=True)
class UniqueName:
    """The text at `field` may be held by one live dossier of an agency alone, within a `register` of names.

    Procedures that write into the same register share its names. Compared folded, without `ignore_prefixes`.
    """

    field: str
    register: str
    ignore_prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version. `place_field` points to the form's commune that must be that of the receiving agency; `supplement`
    is None where the settings of the system hold."""

    code: str
    name: Text
    sector: Text
    level: Level
    legal_basis: tuple[str, ...]
    identity_level: int
    term: Term
    acceptance_limit_hours: int
    max_supplements: int
    papers: tuple[Paper, ...]
    fees: tuple[FeeLine, ...]
    results: tuple[ResultKind, ...]
    unique_names: tuple[UniqueName, ...]
    place_field: str | None
    form: Form
    steps: tuple[Step, ...]
    supplement: SupplementRule | None = None

    @property
    def fee_vnd(self) -> int:
        """What everybody pays: the fee lines without condition."""
        return sum(fee.amount_vnd for fee in self.fees if fee.condition is None)

    def served_by(self, commune_code: str | None) -> bool:
        """Whether an agency receives it: one of a commune, or, without a commune code, one above communes."""
        return (self.level is Level.COMMUNE) == (commune_code is not None)

    def step(self, code: str) -> Step:
        """Raises KeyError for a step that this version does not have."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)
