"""People order things: users, orders with their items, a state machine."""
