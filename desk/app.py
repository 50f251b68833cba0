"""The routes of the desk: addresses and requests in, pages and answers out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from msgspec import convert
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from dataset.export import plain, safe
from desk import pages
from desk.decisions.work import Decision, Refused, Work
from desk.library import Library, Release, Row
from desk.pictures import Pictures
from desk.publish import Publisher
from desk.search import Query, every, search
from extract.errors import BadInput
from review.page import SITE

ASSETS = {"review.css": "text/css", "review.js": "text/javascript", "desk.js": "text/javascript"}
KEEP = {"cache-control": "private, max-age=3600"}


@dataclass
class Desk:
    """All that the routes use."""

    library: Library
    work: Work
    pictures: Pictures
    publisher: Publisher
    who: str
    csrf: str

    def header(self, release: Release) -> Row:
        """What every page's header shows, and what its script needs."""
        progress = self.work.progress(release) | self.publisher.progress(self.library)
        return {
            "csrf": self.csrf,
            "who": self.who,
            "release": release.name,
            "progress": progress,
        }


def application(desk: Desk) -> Starlette:
    """The desk as an ASGI application, without its guard."""
    routes = [
        Route("/", _page(desk, _index)),
        Route("/plan/{plan_id}", _page(desk, _plan)),
        Route("/measure/{key}", _page(desk, _measure)),
        Route("/doubts", _page(desk, _doubts)),
        Route("/search", _page(desk, _search)),
        Route("/search.csv", _page(desk, _csv)),
        Route("/page/{plan_id}/{number:int}.webp", _page(desk, _picture)),
        Route("/static/{name}", _page(desk, _asset)),
        Route("/favicon.ico", lambda request: Response(status_code=204)),
        Route("/status", _page(desk, _status)),
        Route("/next", _page(desk, _next)),
        Route("/decisions", _write(desk, _decide), methods=["POST"]),
        Route("/undo", _write(desk, _undo), methods=["POST"]),
        Route("/publish", _write(desk, _publish), methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={BadInput: _malformed})


def _page(desk: Desk, make: Callable[[Desk, Release, Request], Response]) -> Any:
    """A route that reads: in a thread, on the release that is current."""

    @wraps(make)
    def route(request: Request) -> Response:
        return make(desk, desk.library.release(), request)

    return route


def _write(desk: Desk, make: Callable[[Desk, Any], Row]) -> Any:
    """A route that writes: JSON in, JSON out; a refusal says why and gives the rows as they are."""

    @wraps(make)
    async def route(request: Request) -> Response:
        try:
            return JSONResponse(await run_in_threadpool(make, desk, await request.json()))
        except ValueError:
            return JSONResponse({"error": "內容不符，未儲存。"}, 422)
        except BadInput as error:
            return JSONResponse({"error": f"未儲存：{error.reason}"}, 422)
        except Refused as error:
            rows = await run_in_threadpool(_rows, desk, error.rows)
            return JSONResponse({"error": str(error), "rows": rows}, 409)
        except OSError as error:
            return JSONResponse({"error": f"無法寫入更正檔：{error.strerror}"}, 500)

    return route


async def _malformed(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 500)


def _known(release: Release, request: Request) -> Row:
    plan = release.plans.get(request.path_params["plan_id"])
    if plan is None:
        raise HTTPException(404)
    return plan


def _index(desk: Desk, release: Release, request: Request) -> Response:
    return HTMLResponse(pages.index(release, desk.work.open(release), desk.header(release)))


def _plan(desk: Desk, release: Release, request: Request) -> Response:
    plan_id = _known(release, request)["plan_id"]
    header = desk.header(release)
    return HTMLResponse(pages.plan(release, desk.work, desk.pictures, plan_id, header))


def _measure(desk: Desk, release: Release, request: Request) -> Response:
    """A permalink leads to the measure in the filing that is current."""
    found = pages.place(release.measure("", request.path_params["key"]))
    if found is None:
        raise HTTPException(404)
    return RedirectResponse(found, 302)


def _doubts(desk: Desk, release: Release, request: Request) -> Response:
    return HTMLResponse(pages.all_doubts(desk.work.open(release), desk.header(release)))


def _search(desk: Desk, release: Release, request: Request) -> Response:
    query = Query.read(request.query_params.multi_items())
    found = search(release, query)
    return HTMLResponse(pages.results(found, query, desk.pictures, release, desk.header(release)))


def _csv(desk: Desk, release: Release, request: Request) -> Response:
    query = Query.read(request.query_params.multi_items())
    headers = {"content-disposition": 'attachment; filename="measures.csv"'}
    return StreamingResponse(_lines(release, query), media_type="text/csv", headers=headers)


def _lines(release: Release, query: Query) -> Iterator[str]:
    buffer, first = io.StringIO("\ufeff"), True  # the mark lets Excel see UTF-8
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    for row in every(release, query):
        if first:
            writer.writerow(row)
            first = False
        writer.writerow(["" if v is None else safe(plain(v)) for v in row.values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _picture(desk: Desk, release: Release, request: Request) -> Response:
    path = desk.pictures.page(_known(release, request), request.path_params["number"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="image/webp", headers=KEEP)


def _asset(desk: Desk, release: Release, request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    return FileResponse(SITE / name, media_type=ASSETS[name], headers={"cache-control": "no-cache"})


def _status(desk: Desk, release: Release, request: Request) -> Response:
    unread = desk.pictures.unread(release.plans)
    return JSONResponse(desk.header(release) | {"unread": unread})


def _next(desk: Desk, release: Release, request: Request) -> Response:
    after = desk.work.after(release, request.query_params.get("plan", ""))
    return JSONResponse({"next": pages.place(after)})


def _rows(desk: Desk, rows: list[Row]) -> Row:
    """The measures as they are now, and those of the same key in other filings."""
    release = desk.library.release()
    keys = list({m["measure_key"] for m in rows})
    found = release.rows("FROM measures WHERE list_contains(?, measure_key)", [keys])
    return pages.changed(release, desk.work.overlay(), found, desk.header(release))


def _decide(desk: Desk, body: Any) -> Row:
    number, rows, told = desk.work.decide(convert(body, Decision))
    release = desk.library.release()
    last = rows[-1] if rows else {}
    after = desk.work.after(release, last.get("plan_id", ""), last.get("seq", 0))
    return {
        "id": number,
        "told": told,
        "rows": _rows(desk, rows),
        "next": pages.place(after),
        "progress": desk.header(release)["progress"],
    }


def _undo(desk: Desk, body: Any) -> Row:
    release = desk.library.release()
    ids = desk.work.undo(str(body.get("id", "")))
    rows = [m for m in (release.measure(i) for i in ids if i) if m]
    return {
        "told": f"已復原 {max(1, len(rows))} 項",
        "rows": _rows(desk, rows),
        "place": pages.place(rows[0]) if rows else None,
        "progress": desk.header(release)["progress"],
    }


def _publish(desk: Desk, body: Any) -> Row:
    desk.publisher.start()
    return {"progress": desk.header(desk.library.release())["progress"]}
