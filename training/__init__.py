"""From many projects to one evaluated baseline."""
