"""Refusals of organisations that claim, prove and dispute a tax code."""

from typing import Final

from mobile_contract.problem import Problem

CLAIM_PROBLEMS: Final[dict[str, Problem]] = {
    "organisation_account": Problem(
        403,
        "Đây là tài khoản của tổ chức; hãy đăng nhập bằng tài khoản của chính bạn.",
        "This is an organisation's account; log in with your own.",
    ),
    "organisation_account_needed": Problem(
        409,
        "Cần đăng nhập bằng tài khoản định danh của chính tổ chức có mã số thuế này.",
        "This needs a log-in with the eID account of the organisation that has this tax code.",
    ),
    "organisation_proof_failed": Problem(
        409,
        "Chưa xác minh được bằng tài khoản định danh; hãy bắt đầu lại.",
        "The log-in with the eID account did not succeed; start it again.",
    ),
    "organisation_disputed": Problem(
        409,
        "Tổ chức khác đã được xác minh với mã số thuế này; hãy xác minh tổ chức của bạn trước.",
        "Another organisation has proved this tax code; prove yours first.",
    ),
    "organisation_not_proved": Problem(
        409, "Tổ chức này chưa được xác minh.", "This organisation has not been proved."
    ),
    "registry_unavailable": Problem(
        503,
        "Hệ thống đăng ký doanh nghiệp chưa trả lời; hãy thử lại sau {retry_after:wait} hoặc gửi giấy tờ.",
        "The business registry does not answer; try again in {retry_after:wait}, or send a paper.",
    ),
    "registry_unknown": Problem(
        409,
        "Hệ thống đăng ký doanh nghiệp không có mã số thuế này, hoặc mã đã ngừng hoạt động.",
        "The business registry does not know this tax code, or it is no longer active.",
    ),
    "registry_names_others": Problem(
        409,
        "Hệ thống đăng ký doanh nghiệp ghi người đại diện khác; hãy gửi giấy tờ để cán bộ xác minh.",
        "The business registry names other representatives; send a paper for an officer to check.",
    ),
    "paper_limit": Problem(
        409, "Mỗi tổ chức gửi nhiều nhất {most} giấy tờ.", "An organisation may send at most {most} papers."
    ),
    "paper_too_large": Problem(413, "Giấy tờ lớn hơn {megabytes} MB.", "The paper is larger than {megabytes} MB."),
    "paper_incomplete": Problem(
        400, "Giấy tờ chưa tải lên hết; hãy gửi lại.", "The paper did not arrive whole; send it again."
    ),
    "paper_type_unknown": Problem(415, "Giấy tờ cần là PDF, JPEG hoặc PNG.", "The paper has to be a PDF, JPEG or PNG."),
    "paper_decided": Problem(409, "Giấy tờ này đã được xử lý.", "This paper has been decided on."),
    "own_paper": Problem(
        403,
        "Không được tự xác minh tổ chức mà mình là thành viên.",
        "Nobody checks a paper of an organisation of which they are a member.",
    ),
}
