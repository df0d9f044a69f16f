"""The life of signing keys: published before their first use, kept until the last token they signed has expired."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from auth import store
from auth.rules import plan_keys
from auth.settings import SessionSettings
from auth.tokens.issuer import ALGORITHM
from auth.tokens.key_models import PRIVATE_KEY_FIELD, SigningKey
from kernel.actor import SYSTEM
from kernel.audit import write_audit
from kernel.ids import new_id
from kernel.work import Work


def keep_signing_keys(work: Work, settings: SessionSettings) -> bool:
    """Makes the key that is due and removes those past use; run it at boot and every few minutes.

    Returns whether a key was made. Safe from several processes at once.
    """
    keys = store.lock_signing_keys(work.session)
    starts = [key.active_from for key in keys]
    plan = plan_keys(starts, work.now(), lifetime=settings.key_lifetime, lead=settings.key_lead)
    for key in keys[: plan.drop]:
        work.session.delete(key)
        write_audit(work.session, SYSTEM, "signing_key.remove", "signing_key", key.id)
    if plan.create_from is None:
        return False
    private = ec.generate_private_key(ec.SECP256R1())
    octets = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    row = new_id()
    public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    work.session.add(
        SigningKey(
            id=row,
            kid=row.hex,
            private_key=work.vault.seal_bytes(PRIVATE_KEY_FIELD, row, octets),
            public_jwk={**public, "kid": row.hex, "use": "sig", "alg": ALGORITHM},
            created_at=work.now(),
            active_from=plan.create_from,
        )
    )
    write_audit(work.session, SYSTEM, "signing_key.create", "signing_key", row)
    return True
