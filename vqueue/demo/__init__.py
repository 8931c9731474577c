"""A bank on localhost with invented customers and agents, to be tried out in two minutes."""
