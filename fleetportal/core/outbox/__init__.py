"""The outbox: a message is first stored as a row; a worker sends it later. Import from its modules."""
