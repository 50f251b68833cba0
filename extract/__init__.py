"""One PDF → one `PrintedPlan`: what is printed, with page and box, and nothing of what it means."""
