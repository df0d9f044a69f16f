"""Events become notifications with their deliveries."""
