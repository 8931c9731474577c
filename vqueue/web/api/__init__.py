"""The HTTP face under /v1: operations described once, from which routes, checks and the OpenAPI document follow."""
