"""The outbox: a message is first stored as a row; a worker sends it later (ARCHITECTURE, "Messages"). Import from its modules."""
