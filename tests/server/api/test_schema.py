"""Schemathesis calls every operation with what fits and what does not: no server error, no answer that the description does not name."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from tests.server.api.conftest import caller
from tests.server.filled import publish

from zhengping.server.library import operations as library

schemathesis.checks.load_all_checks()
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance", "response_headers_conformance")
CHECKS = [schemathesis.checks.CHECKS.get_one(name) for name in NAMES]
LIMITS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)


def _calls(operation, mode, fitting, head, calls):
    """Call an operation many times; in the address what fits, where something does."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @LIMITS
    def called(case):
        calls[0] += 1
        for name in set(fitting) & set(case.path_parameters or {}):
            case.path_parameters[name] = fitting[name]
        case.call_and_validate(headers=head, checks=CHECKS)

    called()


@pytest.fixture
def one_connection():
    """The connection of the test stays open between calls, as Django's own test client sees to."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
def test_no_operation_fails_or_answers_what_is_not_described(one_connection, organiser, edition, numbered, settings):
    settings.API_A_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    publish(edition, organiser, numbered)
    library.refresh(edition)
    client, _row = caller(organiser, edition)
    head = {"authorization": client.defaults["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    seen, calls = [], [0]
    for result in schema.get_all_operations():
        operation = result.ok()
        seen.append(operation.label)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            fitting = {"slug": edition.slug, "number": numbered[0].number} if mode == GenerationMode.POSITIVE else {}
            try:
                _calls(operation, mode, fitting, head, calls)
            except Unsatisfiable:
                pass  # nothing unfitting can be sent to an operation that takes nothing

    assert len(seen) == 13 and calls[0] > 250
