"""Everything that holds a socket: WebSockets and the HTTP port."""
