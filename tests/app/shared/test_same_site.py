import pytest

from tests.app.uploads import drawing, problem_of, upload


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/about", 200), ("/docs", 200), ("/openapi.json", 200), ("/nothing", 404), ("/api/nothing", 404),
     ("/metrics", 200), ("/plots/result.png", 404)],
)  # fmt: skip
def test_every_response_restricts_the_browser(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Permissions-Policy"].startswith("camera=(self)")
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_predictions_are_not_cached(client):
    assert client.post("/api/predict", data=upload(drawing())).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/predict"])
def test_other_sites_can_not_upload(client, path, headers):
    response = client.post(path, data=upload(drawing()), headers={**headers, "Accept": "application/json"})
    assert problem_of(response, 403)["title"] == "Another site"


@pytest.mark.parametrize(("fetched", "is_named"), [({}, True), ({"Sec-Fetch-Site": "cross-site"}, False)])
def test_a_proxy_that_does_not_pass_on_the_host_is_named(client, fetched, is_named):
    headers = {"Host": "127.0.0.1:8000", "Origin": "http://lego.example", **fetched}
    detail = problem_of(client.post("/api/predict", data=upload(drawing()), headers=headers), 403)["detail"]
    assert ("A proxy has to pass on the header Host, but here it is 127.0.0.1:8000." in detail) == is_named


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}],
)
def test_the_own_page_and_programs_can_upload(client, headers):
    assert client.post("/api/predict", data=upload(drawing()), headers=headers).status_code == 200


FRIEND = "https://friend.example"
FROM_FRIEND = {"Origin": FRIEND, "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def sharing(client_of):
    """A client of a server that lets two origins predict."""
    return client_of(allow_origin=f"{FRIEND},http://localhost:3000", contributions=True)


def test_pages_of_an_allowed_origin_can_predict(sharing):
    for path in ("/api/predict", "/api/predict?top=0"):
        response = sharing.post(path, data=drawing(), headers=FROM_FRIEND)
        assert response.status_code == (422 if "?" in path else 200)
        assert response.headers["Access-Control-Allow-Origin"] == FRIEND and "Origin" in response.headers["Vary"]
        assert "Model-SHA256" in response.headers["Access-Control-Expose-Headers"]
    assert sharing.get("/api/model", headers=FROM_FRIEND).headers["Access-Control-Allow-Origin"] == FRIEND


def test_a_preflight_allows_what_the_api_takes(sharing):
    asked = {**FROM_FRIEND, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    headers = sharing.options("/api/predict", headers=asked).headers
    assert headers["Access-Control-Allow-Origin"] == FRIEND and "POST" in headers["Access-Control-Allow-Methods"]
    assert headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_other_origins_and_other_addresses_stay_closed(sharing):
    other = {"Origin": "https://friend.example.evil.example", "Sec-Fetch-Site": "cross-site"}
    response = sharing.post("/api/predict", data=drawing(), headers=other)
    assert problem_of(response, 403) and "Access-Control-Allow-Origin" not in response.headers
    for path in ("/", "/contribute", "/api/contribute"):
        response = sharing.post(path, data=upload(drawing()), headers=FROM_FRIEND)
        assert problem_of(response, 403) and "Access-Control-Allow-Origin" not in response.headers


def test_any_origin_can_be_allowed(client_of):
    response = client_of(allow_origin="*").post("/api/predict", data=drawing(), headers=FROM_FRIEND)
    assert response.status_code == 200 and response.headers["Access-Control-Allow-Origin"] == FRIEND


def test_without_the_setting_nothing_is_shared(client):
    response = client.get("/api/model", headers=FROM_FRIEND)
    assert not [name for name in response.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_pages_of_an_allowed_origin_can_show_thumbnails(sharing):
    assert sharing.get("/sets/1-1.jpg").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert sharing.get("/about").headers["Cross-Origin-Resource-Policy"] == "same-origin"
