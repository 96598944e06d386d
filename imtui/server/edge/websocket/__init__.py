"""WebSockets: frames, handshakes, and a connection on an asyncio transport."""
