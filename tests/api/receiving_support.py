"""A container whose gateways post receipts."""

from dataclasses import dataclass, field

from kernel.configuration.settings import Environment
from kernel.together import Together
from notify.channels.zalo.settings import SANDBOX_APP_ID
from notify.receipts.applying import NewReceipt, receipts_desk
from notify.settings import NotifySettings
from tests.api.edge_support import EdgeContainer

IN_USE = {"MOTCUA_SMS_GATEWAYS": "esms=1", "MOTCUA_ZALO_APP_ID": SANDBOX_APP_ID}
OUT_OF_USE = NotifySettings.read(Environment({}))


@dataclass
class ReceivingContainer(EdgeContainer):
    notify: NotifySettings = field(default_factory=lambda: NotifySettings.read(Environment(IN_USE)))

    @property
    def receipts(self) -> Together[NewReceipt, bool]:
        return receipts_desk(self.database)
