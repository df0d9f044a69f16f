"""What runs: web workers, the workers of the queues, and the scheduler."""
