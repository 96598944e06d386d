from imtui.sdk.presence.subscription_list import SubscriptionList


def test_removed_subscriptions_are_reported_even_if_never_listed() -> None:
    subscriptions = SubscriptionList()
    subscriptions.changed(["bob", "ann"], [])
    subscriptions.begin_login()
    assert subscriptions.listed(["ann", "eve"]) == ([], ["bob"])
    subscriptions.begin_login()
    assert subscriptions.listed(["zoe", "ann"]) == (["zoe"], ["eve"])
    assert subscriptions.listed([]) == ([], [])


def test_subscribing_again_makes_a_user_the_newest() -> None:
    subscriptions = SubscriptionList()
    subscriptions.changed(["a", "b"], [])
    subscriptions.changed(["a"], [])
    assert subscriptions.users == ["b", "a"]


def test_requested_subscriptions_count_until_the_next_login() -> None:
    subscriptions = SubscriptionList()
    subscriptions.requested(["ghost"])
    assert "ghost" in subscriptions
    subscriptions.begin_login()
    assert "ghost" not in subscriptions
    assert subscriptions.listed([]) == ([], [])


def test_the_list_is_bounded() -> None:
    subscriptions = SubscriptionList()
    everybody = [f"u{n}" for n in range(1000)]
    subscriptions.requested(everybody)
    subscriptions.changed(everybody, [])
    assert subscriptions.users == everybody[-200:]
    assert "u0" not in subscriptions
