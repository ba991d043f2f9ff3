"""Realtime is not there, and whoever joins a channel is told so by the client."""

from __future__ import annotations

import asyncio
import json

from realtime import AsyncRealtimeClient
from websockets.sync.client import connect

from wakti_sb.stack.endpoint import Endpoint


def test_a_join_is_refused_with_the_reason(endpoint: Endpoint) -> None:
    url = endpoint.api_url.replace("http:", "ws:")
    address = f"{url}/realtime/v1/websocket?apikey={endpoint.publishable_key}&vsn=1.0.0"
    with connect(address) as socket:
        message = {"topic": "realtime:room", "event": "phx_join", "payload": {}, "ref": "1"}
        socket.send(json.dumps(message))
        answer = json.loads(socket.recv(timeout=10))
    assert answer["payload"] == {
        "status": "error",
        "response": {"reason": "Realtime is not part of this stack"},
    }


def test_the_client_shows_the_reason(endpoint: Endpoint) -> None:
    async def subscribe() -> tuple[str, str]:
        url = f"{endpoint.api_url}/realtime/v1"
        client = AsyncRealtimeClient(url, endpoint.publishable_key, auto_reconnect=False)
        told: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()

        def heard(state: object, error: Exception | None) -> None:
            if not told.done():
                told.set_result((str(state), str(error)))

        await client.channel("room").subscribe(heard)
        found = await asyncio.wait_for(told, 10)
        await client.close()
        return found

    state, error = asyncio.run(subscribe())
    assert "CHANNEL_ERROR" in state
    assert "Realtime is not part of this stack" in error
