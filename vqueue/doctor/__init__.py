"""`vqueue doctor`: what stands in the way of a bank that works, each finding with its mend."""
