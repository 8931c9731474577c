"""Pages and interfaces over HTTP: parse, call one service, present."""
