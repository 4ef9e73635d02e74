"""The two analysts. Same input, same Analysis: `embedded` needs nothing, `llm` needs an endpoint."""
