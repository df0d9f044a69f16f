"""Everything that starts: commands, and what keeps a system on one machine."""
