"""Tests of a running backend, run on one whose connections are in processes of their own.

``pytest --edges 2`` runs, unchanged, the tests that get a running backend from a fixture which uses
``edges``; each backend then has a core and so many edges. All other tests, and those that
``LEFT_OUT`` names, are deselected.
"""

from typing import Final, cast

import pytest

from imtui.protocol.app_key import AppKey
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.node.edges.supervisor import EdgedBackend

EDGES: Final = pytest.StashKey[int]()
"""How many edges each backend has; 0 for backends in one process."""

LEFT_OUT: Final[dict[str, tuple[str, ...]]] = {
    "It advances the clock, and other processes have real ones.": (
        "tests/conformance/test_custom_status.py::test_end__comes_within_two_seconds_when_the_wall_clock_jumps",
        "tests/conformance/test_custom_status.py::test_set__at_its_end_the_text_before_comes_back",
        "tests/conformance/test_custom_status.py::test_set__a_text_before_that_has_ended_too_does_not_come_back",
        "tests/conformance/test_custom_status.py::test_set__a_text_before_that_has_not_ended_comes_back_until_it_ends",
        "tests/conformance/test_custom_status.py::test_set__the_same_text_with_another_end_gets_that_end",
        "tests/conformance/test_custom_status.py::test_set__a_text_without_an_end_takes_the_place_of_all_before",
        "tests/conformance/test_custom_status.py::test_set__an_end_does_not_outlive_going_offline",
        "tests/conformance/test_custom_status.py::test_set__an_end_brought_forward_puts_back_a_text_that_has_not_ended",
        "tests/conformance/test_custom_status.py::test_set__own_devices_learn_that_a_text_no_longer_ends",
        "tests/conformance/friends/test_friend_requests.py::test_asking_again_replaces_the_request",
        "tests/conformance/test_general_status.py::test_general_status__offline_has_no_end_of_its_own",
        "tests/conformance/test_general_status.py::test_offline__without_heartbeats_the_user_is_offline_400_seconds_later",
        "tests/conformance/test_general_status.py::test_offline__any_frame_is_a_sign_of_life_even_one_that_is_refused",
        "tests/conformance/test_general_status.py::test_offline__a_process_that_is_kept_alive_in_the_background_is_online",
        "tests/conformance/test_general_status.py::test_offline__a_passive_login_that_falls_silent_is_closed_too",
        "tests/conformance/test_general_status.py::test_general_status__since_is_the_time_of_its_last_change",
        "tests/conformance/friends/test_hiding.py::test_what_was_read_before_a_restart_stays_untold",
        "tests/conformance/test_login.py::test_login__a_user_sig_that_expires_during_a_connection_ends_nothing",
        "tests/conformance/test_login.py::test_login__a_user_sig_from_more_than_five_minutes_ahead_is_refused",
        "tests/conformance/test_login.py::test_kick__user_sigs_of_a_clock_ahead_that_were_used_are_revoked",
        "tests/conformance/test_login.py::test_kick__by_a_clock_that_was_far_ahead_it_counts_from_the_correction",
        "tests/conformance/test_login.py::test_login__who_does_not_log_in_for_30_seconds_is_closed_with_4003",
        "tests/conformance/messages/test_messages.py::test_the_same_msg_id_makes_no_second_message_and_is_not_told_again",
        "tests/conformance/messages/test_messages.py::test_only_ones_own_message_of_this_conversation_is_recalled_and_only_once",
        "tests/conformance/test_restrictions.py::test_rate__20_times_every_five_seconds",
        "tests/conformance/test_restrictions.py::test_rate__it_is_counted_for_the_account_over_all_its_devices",
        "tests/conformance/test_subscription.py::test_subscriptions__are_cleared_600_seconds_after_the_account_went",
        "tests/conformance/test_subscription.py::test_subscriptions__are_not_cleared_while_the_account_is_logged_in_passively",
        "tests/conformance/test_subscription.py::test_subscriptions__after_a_restart_the_time_begins_anew",
        "tests/conformance/test_subscription.py::test_subscriptions__that_they_were_cleared_survives_a_restart",
    ),
    "It looks into the process of the backend or its log, or replaces parts of it.": (
        "tests/server/commands/test_accounts.py::test_an_unknown_account_and_a_wrong_cursor_are_refused",
        "tests/server/commands/test_console.py::test_monitors_are_told_what_the_check_of_the_store_found",
        "tests/server/commands/test_console.py::test_what_cannot_be_kept_is_not_acknowledged_and_the_backend_says_so",
        "tests/server/commands/test_login_svc.py::test_each_account_of_many_is_deleted_and_kept_for_itself",
        "tests/server/commands/test_login_svc.py::test_of_accounts_that_cannot_be_deleted_for_want_of_the_store_each_is_told",
        "tests/server/commands/test_login_svc.py::test_what_cannot_be_kept_ends_the_deletion_of_many",
        "tests/server/commands/test_login_svc.py::test_reading_is_possible_while_nothing_can_be_written",
        "tests/server/commands/test_rest.py::test_connections_that_say_nothing_are_closed_and_hinder_nobody",
        "tests/server/commands/test_sns.py::test_an_account_that_goes_while_its_friends_are_imported_gets_no_more",
        "tests/server/edge/before_callbacks/test_request_checks.py::test_a_dropped_message_that_cannot_be_kept_is_not_acknowledged",
        "tests/server/edge/before_callbacks/test_request_checks.py::test_a_fault_in_asking_is_answered_and_logged",
        "tests/server/edge/before_callbacks/test_request_checks.py::test_a_fault_after_asking_ends_nobody_else",
        "tests/server/edge/test_connection.py::test_who_is_kicked_is_told_stays_connected_and_may_log_in_again",
        "tests/server/edge/test_connection.py::test_who_ends_has_all_that_was_sent_before_the_end_answered",
        "tests/server/edge/test_connection.py::test_however_connections_end_nothing_of_them_is_left",
        "tests/server/edge/test_gateway.py::test_who_logged_out_is_not_told_what_was_still_to_be_told",
        "tests/server/edge/test_gateway.py::test_all_who_come_at_once_wait_outside_and_are_let_in_a_few_at_a_time",
        "tests/server/node/rotation/test_key_rotation.py::test_a_key_that_cannot_be_exported_is_exported_with_a_later_commit",
        "tests/server/node/rotation/test_key_rotation.py::test_a_key_is_exported_only_once_it_is_durable",
        "tests/server/node/test_messages.py::test_a_search_that_fails_is_answered_with_70500_and_changes_nothing",
        "tests/server/node/test_messages.py::test_messages_that_were_sent_in_one_go_are_one_commit_each_turn_and_all_there",
        "tests/server/node/test_messages.py::test_a_message_is_encoded_once_for_all_who_are_told",
        "tests/server/test_metrics.py::test_what_clients_do_is_counted",
        "tests/sdk/test_with_backend.py::test_a_half_open_socket_is_taken_over_unnoticed",
        "tests/server/test_tls.py::test_who_speaks_no_tls_is_hung_up_on_without_a_word_in_the_log",
        "tests/server/commands/test_login_svc.py::test_a_user_sig_from_far_ahead_is_refused_and_logged_once_a_minute",
    ),
    "A heartbeat is answered by the edge, before what the core still has to do.": (
        "tests/server/node/test_messages.py::"
        "test_who_does_not_read_is_told_that_messages_were_missed_and_finds_them_all",
    ),
    "Edges learn of changed settings soon, not at once.": (
        "tests/server/test_tls.py::test_a_new_certificate_is_for_new_connections_only",
    ),
    "Over a restart, whoever was connected keeps their status for a while, and its revision.": (
        "tests/conformance/test_general_status.py::"
        "test_restart__who_was_logged_in_is_offline_until_a_device_is_back",
        "tests/conformance/test_notification.py::test_friends__survive_a_restart",
        "tests/conformance/test_notification.py::"
        "test_revisions__grow_with_each_change_and_over_a_restart",
    ),
}
"""What does not run over edges, by the reason: beginnings of the names of tests."""


class _Edged(EdgedBackend):
    """A backend with edges, as far as it looks like one in one process."""

    def __init__(self, config: BackendConfig, edges: int) -> None:
        super().__init__(config, edges)
        self.config = config
        self._data = DataDir(config.data_dir)

    @property
    def app_key(self) -> AppKey:
        """Return the key with which UserSigs are made."""
        return self._data.app_key()


def new_backend(config: BackendConfig, edges: int) -> Backend:
    """Return a backend for a test, which has to start it.

    Args:
        config: Its configuration.
        edges: How many edges it has; 0 for one process.
    """
    if edges:
        # Tests that need more of a Backend than an address and a key are left out.
        return cast(Backend, _Edged(config, edges))
    return Backend(config)


def runs_over_edges(item: pytest.Item) -> bool:
    """Tell whether a test is to run over edges."""
    if any(item.nodeid.startswith(begin) for names in LEFT_OUT.values() for begin in names):
        return False
    if not isinstance(item, pytest.Function):
        return False
    if "edges" in item.fixturenames:
        return True
    return hasattr(item, "callspec") and item.callspec.params.get("world") == "socket"
