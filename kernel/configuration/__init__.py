"""Settings: read from the environment, judged once at boot."""
