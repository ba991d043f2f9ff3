"""What the topics of channels mean in a scenario: whose messages are sent there."""

from __future__ import annotations

from collections.abc import Iterator

from ...spec import Channel, ChannelOperation, allows
from ..model import ELSEWHERE, MESSAGES, WORLDS, Identity, World
from .folders import Folder, folder, standing
from .model import Row, Scenario
from .samples import uuid_for

BROADCAST, PRESENCE = "broadcast", "presence"
_NEITHER = "postgres_changes"  # of the platform's own: no policy need open it
_SENT = "2026-01-01T00:00:00"
EXTENSIONS: dict[ChannelOperation, str] = {
    "read": BROADCAST,
    "write": BROADCAST,
    "presence": PRESENCE,
    "track": PRESENCE,
}


def topics(scenario: Scenario, channel: Channel) -> Iterator[Folder]:
    """The topic of each side."""
    for world in WORLDS:
        worlds: tuple[World, ...] = (world,) * len(channel.topic)
        found = folder(scenario, channel, channel.topic, worlds)
        if found is not None:
            yield found


def topic_of(place: Folder) -> str:
    """The topic as a client names it."""
    return "".join(place.parts)


def may_in(
    scenario: Scenario, who: Identity, operation: ChannelOperation, place: Folder, channel: Channel
) -> bool:
    """What the model says about `who` in a topic."""
    return allows(channel.right(operation), standing(scenario, place, who, None))


def message_label(channel: Channel, extension: str, world: World) -> str:
    """What the seeded message of a topic is called."""
    return f"{channel.name} {extension} {world}"


def message_rows(scenario: Scenario) -> Iterator[Row]:
    """The messages to seed, as the platform's own check makes them: one of each kind a topic."""
    if MESSAGES not in scenario.catalog.tables:
        return
    for channel in scenario.spec.channel:
        for place in topics(scenario, channel):
            person = next(who for who in scenario.identities if who.world == place.world)
            for extension in (BROADCAST, PRESENCE, _NEITHER):
                label = message_label(channel, extension, place.world)
                values = _message(scenario, label, topic_of(place), extension)
                yield Row(MESSAGES, values, label, place.world, person)
    if scenario.spec.channel:
        # A topic of no channel: what asks how a topic begins has to see another beginning.
        yield Row(MESSAGES, _message(scenario, ELSEWHERE, ELSEWHERE, BROADCAST), ELSEWHERE)


def _message(scenario: Scenario, label: str, topic: str, extension: str) -> dict[str, str]:
    return {
        "id": uuid_for("message", scenario.salt, label),
        "inserted_at": _SENT,
        "topic": topic,
        "extension": extension,
        "event": "wakti",
        "private": "true",
    }
