"""What keeps the processes running learns the truth, and programs learn how to talk to us."""


async def test_a_process_lives_without_its_store_and_is_not_ready(console):
    """A balancer sends people elsewhere while PostgreSQL is away; nobody restarts the process for that."""
    console.views.away = True
    async with console.client() as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["error"]) == (503, "try_later")


async def test_the_description_names_every_door_with_its_refusals(console):
    """OpenAPI lists the contract's addresses; each tells what it does and how it refuses."""
    async with console.client() as client:
        paths = (await client.get("/openapi.json")).json()["paths"]

    assert set(paths) == {
        "/api/v1/contacts",
        "/api/v1/calls/{call_id}/segments",
        "/api/v1/calls/{call_id}/states",
        "/api/v1/calls/{call_id}/transcript",
        "/api/v1/tickets",
        "/api/v1/tickets/{no}",
        "/api/v1/tickets/{no}/similar",
        "/api/v1/tickets/{no}/issues",
        "/api/v1/tickets/{no}/commands",
        "/api/v1/tickets/{no}/reveal-contact",
        "/api/v1/units/{code}/stream",
        "/wechat",
        "/healthz",
        "/readyz",
    }
    operations = [one for path in paths.values() for one in path.values()]
    assert all(one["summary"] and one["tags"] for one in operations)
    guarded = [one for path, methods in paths.items() if path.startswith("/api") for one in methods.values()]
    assert all({"401", "503"} <= set(one["responses"]) and one["security"] for one in guarded)


async def test_an_unknown_address_is_told_in_the_askers_way(console):
    """A program gets JSON, a person a page that leads back."""
    async with console.client() as client:
        program, person = await client.get("/api/v1/nothing"), await client.get("/nothing")

    assert program.json()["error"] == "not_found"
    assert "回到工作台" in person.text
    assert (program.status_code, person.status_code) == (404, 404)


async def test_the_description_can_be_read_by_people(console):
    """Every address of the contract stands on one page, with an example where something is sent."""
    async with console.client() as client:
        page = await client.get("/docs")
        paths = (await client.get("/openapi.json")).json()["paths"]

    assert page.status_code == 200
    assert all(path in page.text for path in paths)
    assert "expected_version" in page.text
