"""Who may call: tokens, the gateway's checks, and the sandboxes in which all else lives."""
