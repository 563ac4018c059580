"""Uploads are refused while the files of all visitors take too much of the disk."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from mevis.apis.web.limits import bytes_below

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


class DiskQuota:
    """ASGI middleware.

    Args:
        app: The server.
        folder: Where the files of visitors lie.
        max_bytes: How much they may take.
    """

    def __init__(self, app: App, folder: str | Path, max_bytes: int) -> None:
        self._app, self._folder, self._max_bytes = app, folder, max_bytes

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Passes a request on, or answers 507."""
        if _is_upload(scope) and bytes_below([self._folder]) > self._max_bytes:
            headers: Sequence[tuple[bytes, bytes]] = [(b'content-type', b'application/json')]
            await send({'type': 'http.response.start', 'status': 507, 'headers': headers})
            body = b'{"detail": "the disk space of this server is used up; try again later."}'
            await send({'type': 'http.response.body', 'body': body})
            return
        await self._app(scope, receive, send)


def _is_upload(scope: Scope) -> bool:
    path = str(scope.get('path', '')).rstrip('/')
    return scope['type'] == 'http' and scope.get('method') == 'POST' and path.endswith('/upload')
