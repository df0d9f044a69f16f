"""Which optional members a request shows, and whole bodies that no schema describes."""

from collections.abc import Mapping
from typing import Any, Final

SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "ApprovalRequest": ("remote",),
    "AskSupplementRequest": ("days",),
    "BudgetRequest": ("warn_percent",),
    "ChannelChoices": ("zalo",),
    "CompleteLoginRequest": ("callback_query", "device"),
    "CompleteProofRequest": ("callback_query",),
    "CorrectionRequest": ("note",),
    "GuestRequest": ("document_kind", "residence_kind", "province_code", "address", "room", "reason"),
    "LodgingPatch": ("authority_account",),
    "LodgingReceiptRequest": ("night",),
    "MemberPatch": ("display_name",),
    "MemberRequest": ("mandates",),
    "NilRequest": ("night",),
    "OpenDraftRequest": ("form_values",),
    "PreferencesRequest": ("dossier_status",),
    "PreviewTemplateRequest": ("values",),
    "RoomRequest": ("beds",),
    "SettleWithdrawalRequest": ("reason",),
    "StartLoginRequest": ("as",),
    "StepRequest": ("note",),
    "SubmitRequest": ("papers",),
    "SupplementRequest": ("note",),
}
# What operations take or give that no schema of ours reads.
BODIES: Final[Mapping[str, Any]] = {
    "takeTwilioReceipt": {"MessageSid": "SM5a17b0c5", "MessageStatus": "delivered", "To": "+84905000001"},
    "takeZaloEvent": {"event_name": "user_received_message", "timestamp": "1795831800000"},
}
OCTETS: Final[Mapping[str, str]] = {
    "application/pdf": "%PDF-1.7 …",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "PK… (an Excel workbook)",
    "application/xml": '<?xml version="1.0" encoding="UTF-8"?><KHAI_BAO_TAM_TRU>…</KHAI_BAO_TAM_TRU>',
    "image/jpeg": "(the octets of a JPEG)",
    "image/png": "(the octets of a PNG)",
    "image/heic": "(the octets of a HEIC)",
    "text/csv": "stay_id,lodging,full_name\n01932c4e,Khách sạn Thử Nghiệm,Trần Văn Lữ\n",
    "text/plain": "motcua_requests_total 42\n",
    "application/octet-stream": "(the octets of the file)",
    "application/offset+octet-stream": "(the next octets of the file, from Upload-Offset on)",
}
