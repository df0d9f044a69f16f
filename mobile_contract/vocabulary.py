"""The closed lists that the phone may switch on. A list may gain words within a version; none is taken away.

Domains keep enumerations of their own; a test holds both to be the same words.
"""

from typing import Final

ACCOUNT_KINDS: Final = ("citizen", "officer")
ROLES: Final = ("receiver", "appraiser", "leader", "hand_over", "admin", "resident_police")
ORGANISATION_KINDS: Final = ("hotel", "household_business", "company")
ORGANISATION_STANDINGS: Final = ("claimed", "proved", "disputed")
PROOF_MEANS: Final = ("paper", "registry", "eid")
PAPER_STATES: Final = ("submitted", "accepted", "refused", "replaced")
MEMBER_ROLES: Final = ("representative", "staff")
MANDATES: Final = ("manage_members", "manage_clients", "manage_lodgings", "report_guests")
CLIENT_SCOPES: Final = ("dossiers:status", "organisation:read", "residence:report", "residence:read")
CLIENT_END_REASONS: Final = ("revoked", "grantor")
GRANT_FATES: Final = ("end", "take_over")
LANGUAGES: Final = ("vi", "en")

# Official codes of the national portal; 0 is ours.
DOSSIER_STATUSES: Final[dict[int, tuple[str, str]]] = {
    0: ("Nháp", "Draft"),
    1: ("Mới đăng ký", "Newly filed"),
    2: ("Được tiếp nhận", "Accepted"),
    3: ("Không được tiếp nhận", "Declined"),
    4: ("Đang xử lý", "Being processed"),
    5: ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment requested"),
    7: ("Công dân yêu cầu rút hồ sơ", "Withdrawal asked for"),
    8: ("Dừng xử lý", "Processing stopped"),
    9: ("Đã xử lý xong", "Processing finished"),
    10: ("Đã trả kết quả", "Result handed over"),
}
HAND_OVER_STATES: Final = ("not_ready", "ready", "handed_over")
HAND_OVER_WAYS: Final = ("online", "counter", "post")
UPLOAD_STATES: Final = ("receiving", "complete", "refused")

LODGING_STATES: Final = ("pending", "active", "refused", "suspended", "closed")
LODGING_KINDS: Final = ("hotel", "guest_house", "homestay", "apartment", "medical", "boarding_house", "other")
REMINDER_CHANNELS: Final = ("zalo", "sms")
STAY_STATES: Final = ("staying", "left", "annulled")
GUEST_KINDS: Final = ("vietnamese", "foreign")
DECLARATION_KINDS: Final = ("arrival", "extension", "early_leave", "correction", "annulment")
BATCH_STATES: Final = ("judging", "checked", "accepting", "accepted", "refused")
RECEIPT_STATES: Final = ("nil", "no_account", "accepted", "transmitted", "confirmed", "in_doubt")
ITEM_STATES: Final = ("queued", "sent", "transmitted", "confirmed", "in_doubt", "refused", "cancelled")
RESOLUTIONS: Final = ("there", "send_again", "withdraw")
ACCOUNT_STATES: Final = ("missing", "untried", "working", "refused")
NIGHT_STATES: Final = ("open", "nil", "filed", "missing", "not_owed")
