"""The citizen's phone, the officer's desk and the handset that rings, as clients over HTTP and nothing else."""
