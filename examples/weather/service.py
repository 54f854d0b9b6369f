#!/usr/bin/env python3
"""A weather service as small as one can be, for the agent to ask: places by name, and the forecast of a position.

    GET /places?name=Oslo                              {"name": "Oslo", "country": "Norway", "latitude": …, "longitude": …}
    GET /forecast?latitude=59.91&longitude=10.75       {"sky": "rain", "temperature_c": 7, …}

The weather is made up, but always the same for the same position. How to start it: see serving.py.
"""

import hashlib
import http.server
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from serving import serve  # noqa: E402

PLACES = {
    "oslo": ("Oslo", "Norway", 59.91, 10.75),
    "nairobi": ("Nairobi", "Kenya", -1.29, 36.82),
    "lima": ("Lima", "Peru", -12.05, -77.04),
    "osaka": ("Osaka", "Japan", 34.69, 135.50),
    "reykjavik": ("Reykjavik", "Iceland", 64.15, -21.94),
    "adelaide": ("Adelaide", "Australia", -34.93, 138.60),
}
SKIES = ["clear sky", "some clouds", "an overcast sky", "drizzle", "rain", "a thunderstorm"]


def place(query):
    name = query.get("name", "").strip().lower()
    if name not in PLACES:
        return 404, {"error": f"there is no place called '{query.get('name', '')}'"}
    return 200, dict(zip(("name", "country", "latitude", "longitude"), PLACES[name]))


def forecast(query):
    try:
        latitude, longitude = float(query["latitude"]), float(query["longitude"])
    except (KeyError, ValueError):
        return 400, {"error": "latitude and longitude must be numbers"}
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return 400, {"error": "there is no such position"}
    luck = hashlib.sha256(f"{latitude:.2f},{longitude:.2f}".encode()).digest()
    sky = luck[0] % len(SKIES)
    return 200, {
        "sky": SKIES[sky],
        "temperature_c": round(30 - abs(latitude) * 0.5) + luck[1] % 8 - 4,
        "wind_kmh": 4 + luck[2] % 30,
        "rain_chance_percent": min(100, sky * 18 + luck[3] % 10),
    }


ROUTES = {"/places": place, "/forecast": forecast}


class Weather(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        route = ROUTES.get(address.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        status, answer = route(query) if route else (404, {"error": "there is /places and /forecast"})
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    sys.exit(serve(Weather))
