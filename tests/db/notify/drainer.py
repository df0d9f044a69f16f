"""A worker process to be killed: drains for ever. Arguments: database URL, gateway URL."""

import sys
import time
from datetime import timedelta

from kernel.database.sessions import Database
from notify.channels.twilio.gateway import TwilioGateway
from notify.channels.twilio.table import TwilioSettings
from notify.sending.drain import SendDrain
from notify.sending.retry import SendingPatience
from notify.settings import SendSettings
from tests.db.notify.support import sender_of

QUICK = SendingPatience(timedelta(seconds=1), timedelta(seconds=1), timedelta(seconds=0.5))


def make_sender(database: Database, gateway_url: str) -> SendDrain:
    """A sender whose leases are short, so that a test need not wait for long ones."""
    settings = TwilioSettings(
        account_sid="AC5a17b0c5000000000000000000000001",
        auth_token="sandbox-twilio-auth-token",
        sender="+15005550006",
        public_base_url="http://127.0.0.1:9",
        base_url=f"{gateway_url}/twilio",
        timeout_s=1.0,
    )
    return sender_of(database, {"twilio": TwilioGateway(settings)}, SendSettings(32, 32, QUICK))


if __name__ == "__main__":
    sender = make_sender(Database(sys.argv[1], pool_size=4), sys.argv[2])
    while True:
        sender.run(time_slice_s=5)
        time.sleep(0.02)
