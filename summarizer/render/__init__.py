"""A Report as people read it."""
