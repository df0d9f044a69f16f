"""Log-in with an electronic identity: the port, and the OpenID Connect dialect behind it."""
