"""The JSON API in OpenAPI 3.1, its types from the models."""

from typing import Any

from summarizer import __version__
from summarizer.models import Report
from summarizer.overviews import ReportRow
from summarizer.schemas import Model
from summarizer.serve.submit import FIELDS
from summarizer.serve.view import FILTERS

_SCHEMAS = "#/components/schemas/"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "advice"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "advice": {"type": ["string", "null"]},
            },
        }
    },
}
_LIST = {
    "type": "object",
    "required": ["reports", "next"],
    "properties": {
        "reports": {"type": "array", "items": {"$ref": f"{_SCHEMAS}ReportRow"}},
        "next": {"type": ["string", "null"], "description": "path of the rows that follow"},
    },
}


def describe_api() -> dict[str, Any]:
    """The description, as plain JSON."""
    text = {"type": "string"}
    with_text = _parameter("with_text", "query", {"type": "boolean"})
    filters = [_parameter(name, "query", text) for name in FILTERS]
    offset = _parameter("offset", "query", {"type": "integer", "minimum": 0})
    submission = {
        "type": "object",
        "properties": dict.fromkeys(FIELDS, text),
        "additionalProperties": False,
        "anyOf": [{"required": [name]} for name in ("url", "text", "html")],
    }
    analyze = {
        "operationId": "analyze",
        "summary": "Analyse and store an article: its url, its text, or its page",
        "description": "Where a model is asked, the token that the program prints is required.",
        "security": [{}, {"token": []}],
        "requestBody": {"required": True, "content": _json(submission)},
        "responses": _answers("Report", "400", "401", "403", "413", "415", "422", "502", "503"),
    }
    name = _parameter("name", "path", text, required=True)
    return {
        "openapi": "3.1.0",
        "info": {"title": "crypto-news-summarizer", "version": __version__},
        "paths": {
            "/api/reports": {
                "get": {
                    "operationId": "list_reports",
                    "summary": "Stored reports, the latest first",
                    "parameters": [*filters, offset],
                    "responses": _answers("ReportList", "400"),
                }
            },
            "/api/reports/{name}": {
                "get": {
                    "operationId": "get_report",
                    "summary": "A report by its number, its id or the article's address",
                    "parameters": [name, with_text],
                    "responses": _answers("Report", "404"),
                }
            },
            "/api/analyze": {"post": analyze},
        },
        "components": {
            "schemas": {
                **_schemas(Report),
                **_schemas(ReportRow),
                "ReportList": _LIST,
                "Error": _ERROR,
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(model: type[Model]) -> dict[str, Any]:
    """The schema of a model and those that it refers to."""
    schema = model.model_json_schema(mode="serialization", ref_template=f"{_SCHEMAS}{{model}}")
    return {**schema.pop("$defs", {}), model.__name__: schema}


def _parameter(name: str, place: str, schema: Any, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(name: str, *failures: str) -> dict[str, Any]:
    done = {"description": name, "content": _json({"$ref": f"{_SCHEMAS}{name}"})}
    failed = {"description": "Refused, and why", "content": _json({"$ref": f"{_SCHEMAS}Error"})}
    return {"200": done, **dict.fromkeys(failures, failed)}
