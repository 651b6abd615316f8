"""The outbox: a message is a row first, a worker sends it later (ARCHITECTURE, "Messages"). Import from its modules."""
