"""The demo as a page in a browser: limits, a process that answers, the page and its server."""
