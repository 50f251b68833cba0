"""The page a person reads plans on: pages drawn, boxes and rows side by side, what is to be checked."""
