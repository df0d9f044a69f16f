"""What a document says when a machine reads it: the QR code of an identity card, or a machine-readable zone. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from kernel.clock import local
from residence.reading.identity_card import read_card_qr
from residence.reading.meant import settle
from residence.reading.mrz import read_mrz
from residence.rules.findings import Finding
from residence.rules.judgement import Context
from residence.rules.judging import check_values


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """`fields` of a declaration as far as the document tells them; `findings` say what is missing or doubtful."""

    fields: dict[str, Any]
    findings: list[Finding]


def read_document(source: Literal["qr", "mrz"], text: str, now: datetime) -> DocumentReading:
    """Raises `card_qr_invalid`, `mrz_shape`, `mrz_visa`, `mrz_check_digit`, `scan_input_method`."""
    today = local(now).date()
    told = read_card_qr(text, today) if source == "qr" else read_mrz(text, today)
    fields = told.declared_fields()
    findings = settle(fields)
    return DocumentReading(fields, findings + check_values(fields, Context(now, today)))
