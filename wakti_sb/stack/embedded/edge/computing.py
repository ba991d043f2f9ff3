"""How much a process has computed for the requests that it works on. Pure."""

from __future__ import annotations


class Computing:
    """What a process has computed since its oldest request under way began, by looks at it.

    A process may work on many requests, and nobody can say which of them computed. What it has
    computed since the oldest one began is all that this request can have cost, and exactly that
    where it is the only one.
    """

    def __init__(self) -> None:
        self._looks: list[tuple[float, float]] = []

    def look(self, now: float, since: float, cpu: float) -> float:
        """Seconds that it has surely computed since a moment.

        What was computed between that moment and the first look after it is not counted.

        Parameters:
            now: the time.
            since: when its oldest request under way began, by the same clock.
            cpu: seconds that it has computed since its start.
        """
        self._looks = [look for look in self._looks if look[0] >= since]
        self._looks.append((now, cpu))
        return cpu - self._looks[0][1]
