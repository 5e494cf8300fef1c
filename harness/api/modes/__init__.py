"""One class for each way of running: live, record, replay, drift."""
