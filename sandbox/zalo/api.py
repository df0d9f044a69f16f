"""The account: OAuth, sending by template, reading status, quota and templates."""

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

from aiohttp import web

from sandbox.world import Heard, Op, Twin, World, pairs_of, query
from sandbox.zalo.controls import Controls
from sandbox.zalo.dials import Dials, NumberDial
from sandbox.zalo.events import Events
from sandbox.zalo.rules import Wanted, is_night, read_send, refusal
from sandbox.zalo.store import Message, MessageStore
from sandbox.zalo.templates import Template, Templates
from sandbox.zalo.tokens import Account, TokenShop
from sandbox.zalo.tokens import refusal as token_refusal

_VIETNAM = timezone(timedelta(hours=7))
_PLAIN = NumberDial()


class ZaloAccount(Twin):
    """One official account with its app. Own faults: `empty_token` (a refresh is done and answered with empty tokens),
    `token_error` (the token endpoint fails and does nothing), `unknown_code` (a send is refused with a code that is in
    no list)."""

    name: ClassVar[str] = "zalo"
    modes: ClassVar[frozenset[str]] = frozenset({"empty_token", "token_error", "unknown_code"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        said = world.settings
        self.oa_id, self.app_id = said.zalo_oa_id, said.zalo_app_id
        self.tokens = TokenShop(Account(said.zalo_app_id, said.zalo_app_secret, said.zalo_refresh_token), world.now)
        self.store = MessageStore(said.keep)
        self.templates = Templates()
        self.events = Events(said.zalo_app_id, said.zalo_oa_secret)
        self._restart()

    def _restart(self) -> None:
        self.dials = Dials(webhook_url=self.world.settings.zalo_webhook_url or None)
        self.refused: Counter[str] = Counter()
        self._sent_on: Counter[tuple[date, str]] = Counter()
        # Not from the seeded dice: a client keeps message ids over restarts, and they must not come twice.
        self._prefix = secrets.token_hex(8)
        self.store.clear()
        self.tokens.restart()
        self.templates.restart()
        self.events.restart(self.dials.events, self.dials.webhook_url, self.world.dice("events"))

    def routes(self) -> Sequence[Op]:
        return (
            Op("POST", "/v4/oa/access_token", "token", self.token),
            Op("POST", "/message/template", "send", self.send),
            Op("GET", "/message/status", "status", self.status),
            Op("GET", "/message/quota", "quota", self.quota),
            Op("GET", "/template/info/v2", "template", self.template),
        )

    def controls(self) -> Sequence[Op]:
        return Controls(self).routes()

    def reset(self) -> None:
        super().reset()
        self._restart()

    def lifetime(self) -> AbstractAsyncContextManager[None]:
        return self.events.running()

    def state(self) -> dict[str, Any]:
        return {
            "accepted": self.store.total,
            "kept": self.store.total - self.store.first,
            "refused": dict(self.refused),
            "tokens": {"issued": self.tokens.issued, "refused": self.tokens.refused},
            "events": {**self.events.counts, "waiting": self.events.waiting},
            "settings": self.dials.as_json(),
        }

    def failure(self, status: int) -> web.Response:
        return web.json_response({"error": -100, "message": "Unknown error"}, status=status)

    def heard(self, number: str, limit: int) -> list[Heard]:
        now = self.world.now()
        heard: list[Heard] = []
        for message in self.store.newest_to(number):
            if len(heard) == limit:
                break
            state = "delivered" if message.arrived(now) else "sent"
            form = f"mẫu {message.template_id}"
            heard.append(Heard(message.created, "UBND (Zalo OA)", message.text, "Zalo", form, 0, state))
        return heard[::-1]

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = dict(pairs_of(await request.read()))
        if self.faults.take("token_error"):
            return web.json_response(token_refusal(-100))
        answer = self.tokens.exchange(form, request.headers.get("secret_key"))
        if "access_token" in answer and self.faults.take("empty_token"):
            answer |= {"access_token": "", "refresh_token": ""}
        return web.json_response(answer)

    async def send(self, request: web.Request) -> web.StreamResponse:
        code = self._stopped(request)
        if code:
            return self._refuse(code)
        raw = await request.read()
        try:
            body = json.loads(raw) if raw.strip() else None
        except ValueError:
            return self._refuse(-122)
        if not isinstance(body, dict):
            return self._refuse(-121 if body is None else -122)
        wanted = read_send(body)
        if isinstance(wanted, int):
            return self._refuse(wanted)
        template = self.templates.held.get(wanted.template_id)
        if template is None:
            return self._refuse(-109)
        refused = template.refuse(wanted.data) or self._over(template, self.dials.numbers.get(wanted.to, _PLAIN))
        return self._refuse(refused) if refused else web.json_response(self._accept(wanted, template))

    async def status(self, request: web.Request) -> web.StreamResponse:
        code = self.tokens.check(request.headers.get("access_token"))
        if code:
            return self._refuse(code)
        message = self.store.find(query(request).get("message_id", ""))
        data: dict[str, Any] = {"status": -1, "message": "message does not exist"}
        if message is not None:
            arrived = message.arrived(self.world.now())
            data = {"status": int(arrived), "message": "delivered" if arrived else "pushed"}
            if arrived:
                data["delivery_time"] = _ms(message.delivered_at or message.created)
        return _success(data)

    async def quota(self, request: web.Request) -> web.StreamResponse:
        code = self.tokens.check(request.headers.get("access_token"))
        return self._refuse(code) if code else _success(self._quota())

    async def template(self, request: web.Request) -> web.StreamResponse:
        template = self.templates.held.get(query(request).get("template_id", ""))
        code = self.tokens.check(request.headers.get("access_token")) or (0 if template else -109)
        return self._refuse(code) if template is None or code else _success(template.info())

    def _stopped(self, request: web.Request) -> int:
        """What refuses a send before its body is looked at."""
        if self.faults.take("unknown_code"):
            return -9999
        code = self.tokens.check(request.headers.get("access_token"))
        if not code and self.dials.next_errors:
            code = self.dials.next_errors.pop(0)
        return code

    def _over(self, template: Template, dial: NumberDial) -> int:
        """The time of day, the day's quotas, and the number's own fate."""
        if dial.reject is not None:
            return dial.reject
        today, minute = self._local()
        if is_night(minute) and not template.night:
            return -133
        if self._sent_on[today, ""] >= self.dials.daily_quota:
            return -144
        return -147 if template.daily is not None and self._sent_on[today, template.id] >= template.daily else 0

    def _accept(self, wanted: Wanted, template: Template) -> dict[str, Any]:
        now, today = self.world.now(), self._local()[0]
        self._sent_on[today, ""] += 1
        self._sent_on[today, template.id] += 1
        data = dict(wanted.data) if isinstance(wanted.data, dict) else {}
        arrives = self.dials.numbers.get(wanted.to, _PLAIN).arrives
        delay = self.events.delay()
        message = Message(
            position=self.store.total,
            msg_id=f"{self._prefix}{self.store.total:08x}",
            to=wanted.to,
            template_id=template.id,
            data=data,
            text=template.fill(data),
            tracking_id=wanted.tracking_id,
            created=now,
            delivered_at=now + delay if arrives else None,
        )
        self.store.add(message)
        self.world.book.touch(message.to)
        if arrives:
            self.events.tell(self._received(message), delay)
        answer = {"msg_id": message.msg_id, "sent_time": _ms(now), "sending_mode": "1", "quota": self._quota()}
        return {"error": 0, "message": "Success", "data": answer}

    def _received(self, message: Message) -> dict[str, Any]:
        at = _ms(message.delivered_at or message.created)
        return {
            "event_name": "user_received_message",
            "app_id": self.app_id,
            "sender": {"id": self.oa_id},
            "recipient": {"id": message.to.removeprefix("+")},
            "message": {"delivery_time": at, "msg_id": message.msg_id, "tracking_id": message.tracking_id},
            "timestamp": at,
        }

    def _quota(self) -> dict[str, str]:
        left = max(0, self.dials.daily_quota - self._sent_on[self._local()[0], ""])
        return {"dailyQuota": str(self.dials.daily_quota), "remainingQuota": str(left)}

    def _local(self) -> tuple[date, int]:
        """Today in Vietnam, and the minute of the day by the dial or the clock."""
        at = datetime.fromtimestamp(self.world.now(), UTC).astimezone(_VIETNAM)
        hour, _, minute = (self.dials.clock or f"{at:%H:%M}").partition(":")
        return at.date(), int(hour) * 60 + int(minute)

    def _refuse(self, code: int) -> web.Response:
        self.refused[str(code)] += 1
        return web.json_response(refusal(code))


def _success(data: dict[str, Any]) -> web.Response:
    return web.json_response({"error": 0, "message": "Success", "data": data})


def _ms(at: float) -> str:
    return str(int(at * 1000))
