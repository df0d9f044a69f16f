"""Which forms the deployment has registered with Zalo for the shipped templates."""

from typing import Final

from kernel.configuration.kinds import Text, read_pairs
from kernel.configuration.settings import Environment
from notify.templates.book import SANDBOX_FORMS, ZaloForms

ZALO_FORMS: Final = Text(
    "MOTCUA_ZALO_FORMS", ",".join(f"{form}={number}" for form, number in SANDBOX_FORMS), in_production=""
)


def read_zalo_forms(env: Environment) -> ZaloForms:
    """Pairs like `dossier=7895417,residence_result=7895420`.

    What is not named is not sent by Zalo: in production nothing is until it is registered, in development the sandbox
    knows every form.
    """
    said, known = ZALO_FORMS.read(env), dict(SANDBOX_FORMS)
    forms = read_pairs(said, "([a-z_]+)=([0-9]{1,20})") if said else {}
    if forms is None or forms.keys() - known.keys():
        among = ", ".join(known)
        env.refuse(
            ZALO_FORMS.name,
            f"viết như dossier=7895417, trong các mẫu {among}, mỗi mẫu một lần",
            f"as in dossier=7895417, of {among}, each once",
        )
        return ()
    if env.production and set(forms.items()) & set(SANDBOX_FORMS):
        env.refuse(
            ZALO_FORMS.name,
            "không dùng mẫu thử khi chạy thật",
            "a form of the sandbox is not allowed in production",
        )
    return tuple(sorted(forms.items()))
