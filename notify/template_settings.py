"""Which forms the deployment has registered with Zalo for the shipped templates."""

import re
from typing import Final

from kernel.settings import Environment
from notify.texts import SANDBOX_FORMS, ZaloForms

_NAME: Final = "MOTCUA_ZALO_FORMS"
_PAIR: Final = re.compile(r"([a-z_]+)=([0-9]{1,20})")


def read_zalo_forms(env: Environment) -> ZaloForms:
    """Pairs like `dossier=7895417,residence_result=7895420`.

    What is not named is not sent by Zalo: in production nothing is until it is registered, in development the sandbox
    knows every form.
    """
    said = env.text(_NAME, "" if env.production else ",".join(f"{form}={number}" for form, number in SANDBOX_FORMS))
    pairs = [_PAIR.fullmatch(part.strip()) for part in said.split(",") if part.strip()]
    known = dict(SANDBOX_FORMS)
    forms = {pair[1]: pair[2] for pair in pairs if pair is not None and pair[1] in known}
    if len(forms) != len(pairs):
        env.problems.append(f"{_NAME}: as in dossier=7895417, of {', '.join(known)}, each once")
    elif env.production and set(forms.items()) & set(SANDBOX_FORMS):
        env.problems.append(f"{_NAME}: a form of the sandbox is not allowed in production")
    return tuple(sorted(forms.items()))
