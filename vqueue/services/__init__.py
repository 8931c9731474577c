"""Use cases, one verb a module: load, decide, save, act, tell. They name no technology."""
