"""`/verify` as a person sees it: a form for what is printed on a paper, and what the paper should say. Pure."""

from collections.abc import Sequence
from html import escape
from typing import Final, Literal

Language = Literal["vi", "en"]
Row = tuple[str, str]
SCRIPT: Final = """(() => {
  // A QR code brings both codes behind the '#', which no browser sends and no log keeps.
  const [kind, code, secret] = decodeURIComponent(location.hash.slice(1)).split("|");
  if (!["MC1", "MCR1"].includes(kind) || !code || !secret) return;
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.querySelector("form");
  form.elements.code.value = code;
  form.elements.secret.value = secret;
  form.submit();
})();
"""
STYLE: Final = """*{box-sizing:border-box}
body{margin:0;background:#f3f5f7;color:#1f2328;font:17px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.35rem;margin:.2rem 0 .6rem}
nav{text-align:right;font-size:.9rem}
a{color:#0b62b8}
form,section{background:#fff;border:1px solid #d0d7de;border-radius:12px;padding:1rem 1.1rem;margin:1rem 0}
label{display:block;font-weight:600;margin:.7rem 0 .25rem}
input{width:100%;font:inherit;padding:.6rem .7rem;border:1px solid #8b949e;border-radius:8px;text-transform:uppercase}
button{margin-top:1rem;width:100%;font:inherit;font-weight:600;padding:.7rem;border:0;border-radius:8px;background:#0b62b8;
 color:#fff;cursor:pointer}
.hint{color:#57606a;font-size:.9rem;margin:.2rem 0 0}
.good{border-left:6px solid #1b7a37}
.bad{border-left:6px solid #b3261e}
h2{font-size:1.1rem;margin:0 0 .5rem}
dl{margin:0}
dt{color:#57606a;font-size:.9rem;margin-top:.6rem}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
"""
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Kiểm tra giấy tiếp nhận, biên nhận", "Check a slip or a receipt"),
    "about": (
        (
            "Trang này cho biết giấy tiếp nhận hồ sơ hoặc biên nhận khai báo lưu trú là thật hay không. "
            "Nhập hai mã in cạnh mã QR."
        ),
        (
            "This page says whether the slip of a dossier or the receipt of a lodging is genuine. "
            "Type the two codes that are printed beside the QR code."
        ),
    ),
    "code": ("Mã hồ sơ hoặc mã biên nhận", "Code of the dossier or of the receipt"),
    "secret": ("Mã bí mật hoặc chữ ký", "Secret code or signature"),
    "check": ("Kiểm tra", "Check"),
    "other": ("English", "Tiếng Việt"),
    "genuine": ("Giấy thật", "Genuine"),
    "compare": (
        "So từng dòng với giấy đang cầm. Dòng nào khác thì giấy đã bị sửa, hoặc đã có giấy mới hơn.",
        "Compare each line with the paper. Where a line differs, the paper was altered, or a newer one was issued.",
    ),
    "refused": ("Không xác nhận được", "Not confirmed"),
}


def form_page(language: Language, told: str = "") -> str:
    """The form, below `told`, which is markup."""
    words = _words(language)
    other = "en" if language == "vi" else "vi"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{words["title"]} – Một Cửa</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<link rel="stylesheet" href="/verify/page.css"></head><body><main>'
        f'<nav><a href="/verify?language={other}" hreflang="{other}">{words["other"]}</a></nav>'
        f"<h1>{words['title']}</h1>{told}"
        f'<form method="post" action="/verify?language={language}" autocomplete="off">'
        f'<p class="hint">{words["about"]}</p>'
        f'<label for="code">{words["code"]}</label>'
        '<input id="code" name="code" required maxlength="200" spellcheck="false" placeholder="H17.20551-261120-0042">'
        f'<label for="secret">{words["secret"]}</label>'
        '<input id="secret" name="secret" required maxlength="100" spellcheck="false">'
        f"<button>{words['check']}</button></form></main>"
        '<script src="/verify/page.js"></script></body></html>'
    )


def genuine(language: Language, title: str, rows: Sequence[Row]) -> str:
    """Markup of what a genuine paper says."""
    words = _words(language)
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return (
        f'<section class="good" role="status"><h2>✔ {words["genuine"]}: {escape(title)}</h2>'
        f'<p class="hint">{words["compare"]}</p><dl>{items}</dl></section>'
    )


def refused(language: Language, why: Sequence[str]) -> str:
    """Markup of a refusal, a sentence a line."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in why)
    return f'<section class="bad" role="alert"><h2>{_words(language)["refused"]}</h2>{lines}</section>'


def _words(language: Language) -> dict[str, str]:
    return {name: texts[0 if language == "vi" else 1] for name, texts in _WORDS.items()}
