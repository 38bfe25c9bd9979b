"""HTTP/1.1 on the socket: connections, framing, bounds on what a client can spend."""
