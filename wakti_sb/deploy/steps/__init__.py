"""The steps of a deployment. Each can be done again at any time and ends in the same state."""
