"""What holds for every operation: credentials, limits, strict bodies, problems, and a document that is whole."""

from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.conftest import Face
from tests.db.builders import a_queue


async def test_a_customer_sees_the_queues(face: Face) -> None:
    answer = await face.http.get("/v1/queues", headers=face.customer())
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    assert [queue["id"] for queue in (await answer.json())["items"]] == ["cards"]
    one = await face.http.get("/v1/queues/cards", headers=face.customer())
    assert (await one.json())["hours"]["zone"] == "Europe/London"


async def test_nobody_is_let_in_without_a_token_and_people_get_no_page_here(face: Face) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer nobody"}, {"Accept": "text/html"}):
        answer = await face.http.get("/v1/queues", headers=headers)
        assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.content_type == "application/problem+json"
        assert (await answer.json())["code"] == "not_authenticated"


async def test_a_name_nobody_knows_in_the_query_is_said_by_pointer(face: Face) -> None:
    answer = await face.http.get("/v1/queues?colour=red", headers=face.customer())
    assert answer.status == 422
    assert (await answer.json())["errors"] == [{"pointer": "/colour", "code": "extra_forbidden"}]


async def test_a_list_that_is_read_whole_comes_in_pages_too(face: Face) -> None:
    await face.house.database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await face.house.database.transact(lambda work: work.queues.insert(a_queue("savings")))
    begun = await (await face.http.get("/v1/queues?limit=2", headers=face.customer())).json()
    assert [queue["id"] for queue in begun["items"]] == ["cards", "loans"]
    onward = {"limit": "2", "cursor": begun["next_cursor"]}
    ended = await (await face.http.get("/v1/queues", params=onward, headers=face.customer())).json()
    assert ([queue["id"] for queue in ended["items"]], ended["next_cursor"]) == (["savings"], None)
    for wrong in ("limit=0", "limit=101", "cursor=WyJuIl0", "cursor=n"):
        answer = await face.http.get(f"/v1/queues?{wrong}", headers=face.customer())
        assert answer.status == 422, wrong


async def test_a_number_beyond_every_bound_is_no_json(face: Face) -> None:
    for number in ("NaN", "-Infinity", "1e400"):
        body = f'{{"queue": "cards", "mode": "callback", "context": {{"sum": {number}}}}}'
        headers = {**face.customer(), "Idempotency-Key": "k", "Content-Type": "application/json"}
        answer = await face.http.post("/v1/support-requests", data=body, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "malformed")


async def test_the_document_is_valid_openapi_and_names_every_route(face: Face) -> None:
    document = await (await face.http.get("/openapi.json")).json()
    OpenAPIV31SpecValidator(document).validate()
    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    routes = {
        (route.method, route.resource.canonical)
        for route in face.http.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/v1/") and route.method != "HEAD"
    }
    assert told == routes
