"""The JSON schema of the types that travel."""

from summarizer.models import Report
from summarizer.serve.openapi import describe_api


def test_the_words_below_a_field_describe_it():
    fields = Report.model_json_schema()["$defs"]["Fact"]["properties"]
    assert fields["venue"]["description"] == "exchange, issuer or data provider"


def test_every_field_of_the_interface_is_described():
    for name, schema in describe_api()["components"]["schemas"].items():
        bare = [
            field for field, about in schema["properties"].items() if "description" not in about
        ]
        assert not bare or name in ("Error", "ReportList"), (name, bare)
