"""Realtime channels: who receives, sends, sees who is there and is seen, in whose topics.

Tried on `realtime.messages` as the platform's own authorization does it when somebody joins: with
the caller's claims, `realtime.topic()` set, and the extension that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...spec import CHANNEL_OPERATIONS, Channel, ChannelOperation
from ..model import (
    ALLOWED_NEW,
    DENIED,
    MESSAGES,
    SERVICE,
    WORLDS,
    Attempt,
    Case,
    Family,
    Identity,
    Insert,
    Pairs,
    Request,
    Select,
    Subject,
    exactly,
)
from ..scenario import Scenario
from ..scenario.folders import Folder
from ..scenario.topics import EXTENSIONS, may_in, message_label, topic_of, topics
from .described import can

_TOPIC = "realtime.topic"
_COLUMNS = ("id", "inserted_at", "topic", "extension")
_WORDS: dict[ChannelOperation, str] = {
    "read": "receive what is sent in",
    "write": "send in",
    "presence": "see who is in",
    "track": "be shown in",
}


def channel_cases(scenario: Scenario) -> Iterator[Case]:
    """The cases of every described channel."""
    if MESSAGES not in scenario.catalog.tables or str(MESSAGES) in scenario.untested:
        return
    for channel in scenario.spec.channel:
        found = {place.world: place for place in topics(scenario, channel)}
        for who in scenario.identities:
            for world in WORLDS if who is not SERVICE else ():
                place = found.get(world)
                if place is not None and (world == "this" or who.world == "other"):
                    for operation in CHANNEL_OPERATIONS:
                        yield _case(scenario, channel, place, operation, who)


def _case(
    scenario: Scenario, channel: Channel, place: Folder, operation: ChannelOperation, who: Identity
) -> Case:
    topic, writes = topic_of(place), operation in ("write", "track")
    request = _request(operation, topic)
    settings: Pairs = ((_TOPIC, topic),)
    allowed = may_in(scenario, who, operation, place, channel)
    row = scenario.row(MESSAGES, message_label(channel, EXTENSIONS[operation], place.world))
    expected = DENIED
    if allowed and (writes or row is None):
        expected = ALLOWED_NEW
    elif allowed and row is not None:
        expected = exactly(scenario.key(MESSAGES, row.values))
    rightful = [
        other
        for other in scenario.identities
        if other is not SERVICE and may_in(scenario, other, operation, place, channel)
    ]
    people = (*rightful[:1], SERVICE)
    where = "its own topic" if who.world == place.world else "this topic"
    return Case(
        id=f"channel {channel.name}: {who.label} {can(allowed)} {_WORDS[operation]} {where}",
        subject=Subject.channel(channel.name),
        operation="insert" if writes else "select",
        family=Family.OWN if allowed else Family.FOREIGN,
        attempt=Attempt(who, request, (), settings),
        expected=expected,
        controls=() if allowed else tuple(Attempt(each, request, (), settings) for each in people),
        why=f"{operation} = {channel.right(operation)}",
        column=EXTENSIONS[operation],
        transports=("sql",),
    )


def _request(operation: ChannelOperation, topic: str) -> Request:
    about: Pairs = (("topic", topic), ("extension", EXTENSIONS[operation]))
    if operation in ("write", "track"):
        return Insert(MESSAGES, (*about, ("private", "true"), ("event", "wakti")))
    return Select(MESSAGES, _COLUMNS, about)
