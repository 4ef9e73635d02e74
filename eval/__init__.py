"""How good the reports are: predict and score are two programs with a file between them."""
