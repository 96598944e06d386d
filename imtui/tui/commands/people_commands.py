"""The commands for statuses of other users, friends and blocking, a part of the catalogue."""

from typing import Final

from imtui.tui.commands.command import Argument, Command

PEOPLE_COMMANDS: Final = (
    Command(
        "watch",
        "Watch",
        "Be told once, when this friend has been ONLINE for 10 s; with off, no longer",
        ("w",),
        "watch",
        Argument.TOGGLE,
        state="watched",
        ending="Stop watching",
    ),
    Command(
        "watch-always",
        "Watch always",
        "Be told each time, but not twice in 5 minutes; with off, no longer",
        argument=Argument.TOGGLE,
        state="watched always",
    ),
    Command(
        "watches",
        "Watches",
        "Whose coming ONLINE you are told of",
        ("W",),
    ),
    Command(
        "details",
        "Details",
        "All that is known of somebody, asked anew, and what changed lately",
        ("i",),
        "details",
        Argument.USER,
    ),
    Command(
        "query",
        "Query a user …",
        "Ask how somebody is, once",
        ("I",),
        argument=Argument.USER,
    ),
    Command(
        "subscriptions",
        "Subscriptions",
        "Whom you are subscribed to, who goes first, and who went and why",
        ("S",),
    ),
    Command(
        "subscribe",
        "Subscribe to a user …",
        "Be told whenever somebody's status changes, friend or not",
        ("plus",),
        argument=Argument.USER,
    ),
    Command(
        "unsubscribe",
        "Unsubscribe from a user …",
        "No longer be told of somebody's changes",
        ("minus",),
        argument=Argument.USER,
    ),
    Command(
        "unsubscribe-all",
        "Unsubscribe from all",
        "End every subscription; friends stay friends",
    ),
    Command(
        "add-friend",
        "Add a friend …",
        "Have somebody in your friend list, and you in theirs; they may have to agree",
        ("a",),
        "add",
        Argument.USER_WORDS,
    ),
    Command(
        "delete-friend",
        "Delete a friend …",
        "Take somebody out of your friend list, and you out of theirs",
        ("delete",),
        argument=Argument.USER,
    ),
    Command(
        "requests",
        "Friend requests",
        "Who asks to be your friend, whom you have asked, and whom you have blocked",
        ("Q",),
    ),
    Command(
        "accept",
        "Accept",
        "Agree to the friend request of this user",
        ("A",),
        argument=Argument.USER,
    ),
    Command(
        "refuse",
        "Refuse",
        "Refuse the friend request of this user, or take back your own",
        ("N",),
        argument=Argument.USER,
    ),
    Command(
        "block",
        "Block",
        "Block this user, who is then no friend and cannot write to you; with off, no longer",
        ("B",),
        argument=Argument.TOGGLE,
        state="blocked",
        ending="Unblock",
    ),
    Command(
        "remark",
        "Name a friend …",
        "Give this friend a name that only you see",
        argument=Argument.USER_WORDS,
    ),
    Command(
        "nick",
        "Your name",
        "Have your friends see a name beside your user ID; an empty one takes it away",
        argument=Argument.WORDS,
    ),
    Command(
        "signature",
        "Your signature",
        "Have your friends see words about you that stay, in your details",
        argument=Argument.WORDS,
    ),
    Command(
        "allow",
        "Who may be a friend",
        "Let anybody become your friend, have them ask first, or nobody",
        argument=Argument.ALLOW,
    ),
)
