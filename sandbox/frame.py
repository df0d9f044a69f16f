"""The look that the sandbox's own pages share."""

from html import escape
from typing import Final

from aiohttp import web

_STYLE: Final = """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;background:#f3f1ec;color:#23211d;font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
main{max-width:38rem;margin:0 auto;padding:2rem 1rem 3rem}
header{border-top:6px solid #b3261e;background:#fff;border-radius:0 0 12px 12px;padding:1.25rem 1.5rem;
 box-shadow:0 1px 3px #0002;margin-bottom:1rem}
h1{font-size:1.25rem;margin:0}
h2{font-size:1rem;margin:1.5rem 0 .5rem}
header p{margin:.25rem 0 0;color:#6b665c;font-size:.9rem}
a{color:#b3261e}
.notice{background:#fff4d6;border:1px solid #e6c668;border-radius:10px;padding:.75rem 1rem;margin:0 0 1rem}
.row{display:grid;grid-template-columns:2.75rem 1fr auto;gap:.9rem;align-items:center;width:100%;text-align:left;
 background:#fff;border:1px solid #e2ded5;border-radius:12px;padding:.8rem 1rem;margin:0 0 .6rem;font:inherit;
 color:inherit}
button.row{cursor:pointer}
button.row:hover,button.row:focus-visible{border-color:#b3261e;box-shadow:0 2px 8px #b3261e22;outline:none}
.face{width:2.75rem;height:2.75rem;border-radius:50%;background:#b3261e;color:#fff;display:grid;place-items:center;
 font-weight:600}
.role{display:block;color:#6b665c;font-size:.85rem}
.level{font-size:.75rem;border-radius:99px;padding:.15rem .6rem;background:#e5f2e6;color:#1d5b26;white-space:nowrap}
.level.one{background:#f7e8d0;color:#7a4a06}
pre{background:#23211d;color:#f3f1ec;border-radius:10px;padding:.9rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;
 font:.82rem/1.5 ui-monospace,Menlo,Consolas,monospace;user-select:all;margin:.5rem 0 1rem}
code{font:.9em ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
li{margin:.4rem 0}
"""


def page(title: str, lead: str, body: str, status: int = 200) -> web.Response:
    """A whole page. `body` is markup; the rest is text."""
    text = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><header><h1>{escape(title)}</h1>"
        f"<p>{escape(lead)}</p></header>{body}</main></body></html>"
    )
    return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})
