from imtui.sdk.presence.subscription_list import SubscriptionList


def test_removed_subscriptions_are_told_even_if_never_listed() -> None:
    subscriptions = SubscriptionList()
    subscriptions.changed(["bob", "ann"], [])
    subscriptions.doubt()
    assert subscriptions.listed(["ann", "eve"]) == ([], ["bob"])
    subscriptions.doubt()
    assert subscriptions.listed(["zoe", "ann"]) == (["zoe"], ["eve"])
    assert subscriptions.listed([]) == ([], [])


def test_subscribing_again_makes_the_newest() -> None:
    subscriptions = SubscriptionList()
    subscriptions.changed(["a", "b"], [])
    subscriptions.changed(["a"], [])
    assert subscriptions.users == ["b", "a"]


def test_what_was_asked_for_counts_until_the_next_login() -> None:
    subscriptions = SubscriptionList()
    subscriptions.asked(["ghost"])
    assert "ghost" in subscriptions
    subscriptions.doubt()
    assert "ghost" not in subscriptions
    assert subscriptions.listed([]) == ([], [])


def test_the_list_is_bounded() -> None:
    subscriptions = SubscriptionList()
    everybody = [f"u{n}" for n in range(1000)]
    subscriptions.asked(everybody)
    subscriptions.changed(everybody, [])
    assert subscriptions.users == everybody[-200:]
    assert "u0" not in subscriptions
