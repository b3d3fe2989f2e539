"""Provider against contract: whatever the target says, the document in force says too, and the reverse."""

from __future__ import annotations

import pytest

from suites.drift.provider import Provider


@pytest.mark.requirement("DRIFT-STATUS")
@pytest.mark.impatient
def test_every_status_is_documented(provider: Provider) -> None:
    """A client has no case for a status that nobody told it of."""
    provider.holds("DRIFT-STATUS")


@pytest.mark.requirement("DRIFT-MEDIA")
@pytest.mark.impatient
def test_every_body_has_a_documented_media_type(provider: Provider) -> None:
    """A client that was told JSON does not read HTML."""
    provider.holds("DRIFT-MEDIA")


@pytest.mark.requirement("DRIFT-BODY-MISSING")
@pytest.mark.impatient
def test_a_documented_body_is_there(provider: Provider) -> None:
    """A client that reads a body finds nothing."""
    provider.holds("DRIFT-BODY-MISSING")


@pytest.mark.requirement("DRIFT-BODY-UNEXPECTED")
@pytest.mark.impatient
def test_there_is_no_body_where_none_is_documented(provider: Provider) -> None:
    """What nobody expects is read as the next answer, or not at all."""
    provider.holds("DRIFT-BODY-UNEXPECTED")


@pytest.mark.requirement("DRIFT-BODY-MALFORMED")
@pytest.mark.impatient
def test_what_is_called_json_is_json(provider: Provider) -> None:
    """A strict reader gives up at the first repeated name."""
    provider.holds("DRIFT-BODY-MALFORMED")


@pytest.mark.requirement("DRIFT-HEADER-MISSING")
@pytest.mark.impatient
def test_required_header_fields_are_there(provider: Provider) -> None:
    """Without WWW-Authenticate or Retry-After a client cannot act on a refusal."""
    provider.holds("DRIFT-HEADER-MISSING")


@pytest.mark.requirement("DRIFT-HEADER-TYPE")
@pytest.mark.impatient
def test_header_fields_have_their_documented_type(provider: Provider) -> None:
    """A number of seconds that is a word is no number of seconds."""
    provider.holds("DRIFT-HEADER-TYPE")


@pytest.mark.requirement("DRIFT-HEADER-VALUE")
@pytest.mark.impatient
def test_header_fields_say_what_is_documented(provider: Provider) -> None:
    """A Cache-Control without no-store is worse than none: it looks cared for."""
    provider.holds("DRIFT-HEADER-VALUE")


@pytest.mark.requirement("DRIFT-FIELD-MISSING")
@pytest.mark.impatient
def test_required_members_are_there(provider: Provider) -> None:
    """A generated client fails on the first answer that lacks one."""
    provider.holds("DRIFT-FIELD-MISSING")


@pytest.mark.requirement("DRIFT-FIELD-TYPE")
@pytest.mark.impatient
def test_members_have_their_documented_type(provider: Provider) -> None:
    """A number that became a text breaks every typed client."""
    provider.holds("DRIFT-FIELD-TYPE")


@pytest.mark.requirement("DRIFT-FIELD-VALUE")
@pytest.mark.impatient
def test_members_have_documented_values(provider: Provider) -> None:
    """A code that is on no list has no case."""
    provider.holds("DRIFT-FIELD-VALUE")


@pytest.mark.requirement("DRIFT-FIELD-COMBINATION")
@pytest.mark.impatient
def test_members_stand_together_as_documented(provider: Provider) -> None:
    """Tokens beside a challenge are a second factor that nobody needs."""
    provider.holds("DRIFT-FIELD-COMBINATION")


@pytest.mark.requirement("DRIFT-FIELD-UNDOCUMENTED")
@pytest.mark.impatient
def test_every_member_is_documented(provider: Provider) -> None:
    """What slips into an answer unseen is often what should not have left the server."""
    provider.holds("DRIFT-FIELD-UNDOCUMENTED")


@pytest.mark.requirement("DRIFT-FIELD-WRITE-ONLY")
@pytest.mark.impatient
def test_members_for_requests_only_do_not_come_back(provider: Provider) -> None:
    """A password that comes back is in every log on the way."""
    provider.holds("DRIFT-FIELD-WRITE-ONLY")


@pytest.mark.requirement("DRIFT-OPERATION-MISSING")
@pytest.mark.impatient
def test_every_documented_operation_is_served(provider: Provider) -> None:
    """Whoever builds against the document finds out at the release."""
    provider.holds("DRIFT-OPERATION-MISSING")


@pytest.mark.requirement("DRIFT-OPERATION-UNDOCUMENTED")
@pytest.mark.impatient
def test_every_operation_that_is_served_is_documented(provider: Provider) -> None:
    """What is in no contract is in no review and no test."""
    provider.holds("DRIFT-OPERATION-UNDOCUMENTED")


@pytest.mark.requirement("DRIFT-PAGES")
@pytest.mark.impatient
def test_a_list_is_the_same_however_it_is_cut_into_pages(provider: Provider) -> None:
    """Whoever reviews who may do what, page by page, misses the one who is on none."""
    provider.holds("DRIFT-PAGES")


@pytest.mark.requirement("DRIFT-STATUS-UNREACHED")
@pytest.mark.impatient
def test_a_documented_refusal_is_given_where_its_cause_is_made(provider: Provider) -> None:
    """A document that promises refusals which never come tests nothing."""
    provider.holds("DRIFT-STATUS-UNREACHED")
