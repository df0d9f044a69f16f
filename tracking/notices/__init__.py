"""What notices say of dossiers, and how the timeline shows them."""
