"""What messages are to the system."""

from typing import TYPE_CHECKING, Final

from kernel.part import Container, Loop, Part, Service, WaitingTable
from kernel.queues import URGENT

if TYPE_CHECKING:
    from kernel.together import Together
    from notify.planning.announcing import Announcer
    from notify.ports import Contacts
    from notify.receipts.applying import NewReceipt
    from notify.sending.drain import SendDrain
    from notify.templates.store import LiveBook

CONTACTS: Final["Service[Contacts]"] = Service("notify.contacts")
"""A port: people, their phones, and who holds which office."""
BOOK: Final["Service[LiveBook]"] = Service("notify.book")
ANNOUNCER: Final["Service[Announcer]"] = Service("notify.announcer")
SENDER: Final["Service[SendDrain]"] = Service("notify.sender")
URGENT_SENDER: Final["Service[SendDrain]"] = Service("notify.urgent_sender")
RECEIPTS: Final["Service[Together[NewReceipt, bool]]"] = Service("notify.receipts")
"""Stores what gateways report; True unless it was here before."""
PART: Final = Part(
    name="notify",
    settings=("notify.settings:NotifySettings",),
    models=("notify.models", "notify.registers"),
    services={
        BOOK.name: "notify.part:open_book",
        RECEIPTS.name: "notify.part:open_receipts",
        ANNOUNCER.name: "notify.planning.loop:open_announcer",
        SENDER.name: "notify.sending.loops:open_sender",
        URGENT_SENDER.name: "notify.sending.loops:open_urgent_sender",
    },
    loops=(
        Loop(URGENT, "notify.sending.loops:send_urgent"),
        Loop("send", "notify.sending.loops:send"),
        Loop("receipts", "notify.receipts.loop:take_receipts"),
    ),
    waiting=(WaitingTable("delivery", "due_at", ("valid_until", "held_until")),),
    handlers=("notify.planning.loop:handlers",),
    urgent=("notify.planning.loop:urgent_handlers",),
    notices={"message_budget.reached": "notify.desk.budget_notices:READER"},
    texts="notify.data.notices",
    housekeeping=(
        "notify.housekeeping:watch",
        "notify.housekeeping:give_up_receipts",
        "notify.housekeeping:keep_tokens",
    ),
    diagrams=("notify.diagrams:PAGES",),
)


def open_book(container: Container) -> "LiveBook":
    from notify.settings import NotifySettings
    from notify.templates.book import shipped_templates
    from notify.templates.store import LiveBook

    forms = container.settings_of(NotifySettings).zalo_forms
    book = LiveBook(lambda: shipped_templates(forms))
    container.watch.on_change(book.forget_all)
    return book


def open_receipts(container: Container) -> "Together[NewReceipt, bool]":
    from notify.receipts.applying import receipts_desk

    return receipts_desk(container.database)
