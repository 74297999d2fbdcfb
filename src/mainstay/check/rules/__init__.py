"""Rules, by area: each a module with `findings(facts)` and, beside it, the page that explains and tests it."""
