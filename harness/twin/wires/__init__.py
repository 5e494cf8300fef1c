"""Message buses that a platform reads and writes as they are: Kinesis and Event Hubs, over HTTP."""
