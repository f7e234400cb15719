"""Every negative case we are measured by, by its id: groups of the reference, and the holes known in what we stand on.

A test that names a case in its name or its docstring (`N-T20`, `test_n_j04_…`) tries it. What is tried by a test that
names no case is in TRIED; what does not apply here is in APART, with the reason.
"""

from __future__ import annotations

CASES = {
    "T": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23),
    "D": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26),
    "I": (1, 2, 4, 5, 7, 8, 10, 11),
    "A": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29),
    "J": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14),
    "W": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22),
    "X": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14),
    "U": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14),
    "B": (1, 2, 4, 5, 7, 8, 10, 11, 13, 14),
    "L": (1, 2, 4, 5, 7, 8),
    "H": (1, 2, 4, 5, 7, 8),
}
"""Transport, denial of service, information, authorisation, tokens and OIDC, sockets and streams, injection, uploads,
the business itself, logs and audit, pages and what they are made of."""

HOLES = (
    "CVE-2026-35523", "CVE-2026-35526", "CVE-2024-47082", "CVE-2026-75507", "CVE-2026-75508",
    "CVE-2025-62727", "CVE-2025-54121", "CVE-2024-47874", "CVE-2023-30798",
)  # fmt: skip
"""In strawberry, graphql-core and starlette; the pinned versions have none of them, and the way there is closed too."""

TRIED = {
    "N-T01": "channels/test_http.py::test_each_wrong_request_has_its_status_and_one_error",
    "N-T02": "channels/test_http.py::test_each_wrong_request_has_its_status_and_one_error",
    "N-T10": "channels/test_gate.py::test_a_malformed_body_is_refused",
    "N-T14": "channels/test_http.py::test_the_answer_comes_in_a_form_the_client_takes",
    "N-T19": "channels/test_http.py::test_other_methods_are_405_and_the_override_header_is_passed_over",
    "N-D07": "channels/test_weight.py::test_a_fragment_bomb_is_weighed_in_no_time",
    "N-D10": "channels/test_gate.py::test_a_document_over_a_limit_is_refused_with_one_code",
    "N-D11": "channels/test_http.py::test_a_page_needs_a_size_within_bounds",
    "N-D14": "resolvers/engine/test_executor.py::test_nodes_takes_a_hundred_ids",
    "N-D16": "schema/test_search_texts.py::test_any_text_is_answered_in_json_or_refused_with_a_reason",
    "N-D17": "channels/test_safety.py::test_a_slow_statement_is_timed_out_and_gone_from_the_server",
    "N-D22": "channels/test_http.py::test_a_page_limit_is_the_channels_own",
    "N-I11": "channels/test_app.py::test_every_answer_has_the_security_headers_and_none_names_the_server",
    "N-A16": "schema/test_delegation_acts.py::test_whoever_lends_and_whoever_is_lent_stand_apart_from_what_either_did",
    "N-A20": "schema/test_rights.py::test_each_field_of_each_row_is_seen_by_each_way_as_its_right_says",
    "N-A23": "channels/test_pages.py::test_what_is_not_published_is_on_no_page",
    "N-X01": "channels/test_safety.py::test_text_in_an_argument_is_a_value_and_finds_nothing_else",
    "N-X02": "schema/test_search.py::test_operators_are_text",
    "N-B01": "schema/test_work.py::test_one_act_sent_fifty_times_at_once_is_done_once_and_answered_the_same",
    "N-B02": "schema/test_work.py::test_an_act_sent_again_is_answered_the_same_and_with_another_body_refused",
    "N-B05": "schema/test_decision.py::test_a_hundred_decisions_at_once_get_a_hundred_numbers_without_a_gap",
    "N-B07": "schema/test_decision.py::test_a_day_that_no_calendar_has_is_refused",
    "N-L02": "models/test_grants.py::test_nor_may_the_owner_by_mistake",
    "N-L04": "schema/test_audit.py::test_an_act_whose_entry_cannot_be_written_is_not_done_and_its_key_is_free",
    "N-H01": "channels/test_pages.py::test_a_page_may_load_this_origins_files_and_nothing_else",
    "N-H02": "channels/test_pages.py::test_the_pages_files_stay_small_and_name_no_other_host",
    "N-H08": "channels/test_production.py::test_each_unfit_setting_is_named_with_what_to_do",
    "CVE-2026-35523": "channels/test_ws_cases.py::test_n_w02_the_legacy_protocol_and_none_never_run_anything",
    "CVE-2026-35526": "channels/test_ws.py::test_a_socket_follows_at_most_twenty_operations",
    "CVE-2024-47082": "channels/files/test_upload.py::test_graphql_takes_no_files_on_any_channel",
    "CVE-2025-62727": "channels/files/test_download.py::test_a_hundred_thousand_ranges_cost_nothing",
    "CVE-2025-54121": "channels/files/test_upload.py::test_a_form_and_a_packed_body_are_sent_to_the_plain_way",
    "CVE-2024-47874": "channels/files/test_upload.py::test_a_form_and_a_packed_body_are_sent_to_the_plain_way",
    "CVE-2023-30798": "channels/files/test_upload.py::test_a_form_and_a_packed_body_are_sent_to_the_plain_way",
}
"""The test that tries a case without naming it."""

APART = {
    "N-D23": "there are no export jobs: lists are read page by page, within the caller's budget",
    "N-A22": "there are no scheduled reports",
    "N-A25": "nothing can be asked as of a day, and entries hold nothing personal that could be redacted",
    "N-X04": "nothing is handed out as CSV or XLSX",
    "N-X08": "no XML is parsed: office files are walked through as archives, their parts never read",
    "N-B08": "the law knows no general bar: whether an achievement counts twice is the appraiser's to judge",
    "N-B14": "there are no push endpoints: news go over streams that the client opened",
    "N-L08": "a request is one line, and budgets bound them; rotating lines is for the system that collects them",
    "N-H04": "there is no service worker",
    "N-H05": "files are served by the process whose pages name them; an old page's reload finds the new ones",
    "N-H07": "the portal's files are written by hand; what is built for staff comes from a lock with hashes",
}
"""Why a case does not apply."""


def every() -> list[str]:
    """Every id there is."""
    return [f"N-{group}{number:02}" for group, numbers in CASES.items() for number in numbers] + list(HOLES)
