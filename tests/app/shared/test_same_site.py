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
    assert response.headers["Referrer-Policy"] == "no-referrer"
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


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}],
)
def test_the_own_page_and_programs_can_upload(client, headers):
    assert client.post("/api/predict", data=upload(drawing()), headers=headers).status_code == 200
