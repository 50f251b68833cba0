"""Pages and the plan read from them in, findings out: what does not fit together."""
