"""What is wrong with a procedure file, in words for the person who wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kernel.texts.bilingual import Text
from mobile_contract.wording import say

FINDING_TEXTS: Final[dict[str, Text]] = {
    # the file
    "file_unreadable": Text("Không đọc được tệp: {detail}.", "The file cannot be read: {detail}."),
    "file_too_large": Text("Tệp lớn hơn {limit:size}.", "The file is larger than {limit:size}."),
    "not_yaml": Text("Không phải YAML hợp lệ: {detail}.", "Not valid YAML: {detail}."),
    "key_twice": Text('Khóa "{key}" có hai lần (dòng {line}).', 'The key "{key}" stands twice (line {line}).'),
    "alias_used": Text("Không dùng neo và tham chiếu YAML (dòng {line}).", "YAML anchors are not used (line {line})."),
    # its shape
    "key_unknown": Text("Khóa không được biết: {keys}.", "Unknown key: {keys}."),
    "key_missing": Text("Thiếu khóa {key}.", "The key {key} is missing."),
    "text_missing": Text("Thiếu văn bản ngôn ngữ {language}.", "The text in language {language} is missing."),
    "type_wrong": Text("Sai kiểu, cần {types}.", "Wrong type; {types} is needed."),
    "value_wrong": Text("Giá trị chưa đúng ({rule}).", "Not a valid value ({rule})."),
    # papers, fees, names
    "code_twice": Text('Mã "{name}" có hai lần.', 'The code "{name}" stands twice.'),
    "media_type_unknown": Text("Loại tệp {media_type} không được nhận.", "Files of type {media_type} are not taken."),
    "paper_too_large": Text("Dung lượng tối đa vượt {limit:size}.", "The size limit is above {limit:size}."),
    "paper_required_and_conditional": Text(
        "Giấy tờ vừa bắt buộc vừa có điều kiện.", "The paper is both required and conditional."
    ),
    "fee_negative": Text("Phí không thể âm.", "A fee cannot be negative."),
    "field_unknown": Text("Biểu mẫu không có trường {field}.", "The form has no field {field}."),
    "condition_never_holds": Text("Trường {field} không thể là {value}.", "The field {field} can never be {value}."),
    "unique_field_not_text": Text("Trường {field} phải là chữ, bắt buộc.", "The field {field} must be required text."),
    "place_field_no_commune": Text(
        "Trường {field} phải là mã xã (format vn-commune).", "The field {field} must be a commune (format vn-commune)."
    ),
    # the term and the process
    "term_empty": Text("Thời hạn tính bằng giờ phải lớn hơn 0.", "A term in hours must be above 0."),
    "supplement_past_most": Text(
        "Hạn bổ sung {days} ngày vượt mức nhiều nhất {most} ngày.",
        "The supplement's term of {days} days is above the most allowed, {most}.",
    ),
    "step_without_role": Text('Bước "{step}" không có vai trò.', 'The step "{step}" has no role.'),
    "target_missing": Text("Hành động {action} thiếu bước đến.", "The action {action} leads to no step."),
    "target_needless": Text("Hành động {action} không có bước đến.", "The action {action} takes no target."),
    "target_unknown": Text('Không có bước "{target}".', 'There is no step "{target}".'),
    "target_itself": Text('Bước "{target}" dẫn tới chính nó.', 'The step "{target}" leads to itself.'),
    "step_unreachable": Text('Không đường nào tới bước "{step}".', 'No way leads to the step "{step}".'),
    "dead_end": Text(
        'Từ bước "{step}" không tới được lúc kết thúc.', 'From the step "{step}" the end cannot be reached.'
    ),
    "advance_in_a_ring": Text('Chuyển tiếp vòng tròn qua "{step}".', 'Advancing runs in a ring through "{step}".'),
    "budget_past_term": Text(
        "Các bước cộng lại {hours} giờ, thời hạn chỉ có {limit} giờ.",
        "The steps add up to {hours} hours, the term has only {limit}.",
    ),
    # the form
    "form_invalid": Text("Biểu mẫu không phải JSON Schema hợp lệ: {detail}.", "The form is no JSON Schema: {detail}."),
    "form_not_object": Text("Biểu mẫu phải là một đối tượng.", "The form must be an object."),
    "form_open": Text("Đối tượng phải có additionalProperties: false.", "An object needs additionalProperties: false."),
    "form_text_missing": Text("Trường {field} thiếu {key}.", "The field {field} lacks {key}."),
    "form_format_unknown": Text("Format {format} không được biết.", "The format {format} is not known."),
    "form_reference_outside": Text("Chỉ được tham chiếu trong $defs.", "References may only lead into $defs."),
    "form_sections_differ": Text(
        "x-sections phải nêu mọi trường một lần, theo thứ tự của biểu mẫu.",
        "x-sections must name every field once, in the order of the form.",
    ),
    "form_never_shown": Text(
        "x-shown-when phải nêu một trường và giá trị có thể có.", "x-shown-when must name a field and possible values."
    ),
    "form_list_unclear": Text("x-list cần name và takes (code, name).", "x-list needs name and takes (code, name)."),
    "form_keyword_wrong": Text("Giá trị của {key} chưa đúng.", "The value of {key} is not right."),
    "form_sibling_unknown": Text("Không có trường {field} bên cạnh.", "There is no field {field} beside it."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a JSON pointer into the file; `code` a key of FINDING_TEXTS."""

    where: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        vi, en = FINDING_TEXTS[self.code]
        return Text(say(vi, self.params, "vi"), say(en, self.params, "en"))

    def as_dict(self) -> dict[str, Any]:
        return {"where": self.where, "code": self.code, "message": self.text.vi, "message_en": self.text.en}

    def __str__(self) -> str:
        return f"{self.where or '/'}: {self.text.vi} [{self.code}]"


class CatalogueError(Exception):
    """A procedure that is not sound; `findings` says why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = tuple(findings)
