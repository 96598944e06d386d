"""What the demo's people write, each in their own style."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True)
class Voice:
    """The phrases of a person."""

    greetings: tuple[str, ...]
    """Messages that start a conversation."""
    answers: tuple[str, ...]
    """Answers to a statement."""
    to_questions: tuple[str, ...]
    """Answers to a question."""


_PLAIN: Final = Voice(
    ("Hey, got a minute later today?", "Morning! Anything on fire?", "Did you see the build?"),
    ("Makes sense.", "Ha, same here.", "Nice 👍", "I'll have a look after this.", "Good to know."),
    (
        "Let me check and come back to you.",
        "I think so, yes.",
        "Not today, tomorrow is better.",
        "Ask me again after lunch 🙂",
    ),
)

_VOICES: Final[dict[str, Voice]] = {
    "amina": Voice(
        ("Could you review my pull request? It is a small one, promise.", "Coffee at three?"),
        ("Noted, thank you!", "Perfect.", "I'll put it on the list.", "Let's keep it simple."),
        ("Yes, give me ten minutes.", "Depends. What would you do?", "Already done ✅"),
    ),
    "bob": Voice(
        ("That flaky test is back. I blame the moon 🌕", "What are you listening to?"),
        ("Haha, yes.", "🎧", "It passed on my machine.", "I owe you one."),
        ("42.", "Have you tried running it twice?", "Sure, why not."),
    ),
    "dmitri": Voice(
        ("Привет! Как дела?", "Чай будешь? ☕"),
        ("Понятно.", "Хорошо 👍", "Ага, вижу."),
        ("Думаю, да.", "Сейчас посмотрю.", "Завтра, ладно?"),
    ),
    "jose-luis": Voice(
        ("¡Hola! ¿Todo bien por ahí?", "Llego en cinco minutos."),
        ("Vale, perfecto.", "Genial 🙌", "Gracias por avisar."),
        ("Creo que sí.", "Déjame mirar.", "Ahora no puedo, luego te digo."),
    ),
    "mei": Voice(
        ("在吗？", "中午一起吃饭吗？🍜"),
        ("好的！", "哈哈 😄", "收到。"),
        ("可以啊。", "我看一下。", "明天行吗？"),
    ),
    "Olu_A": Voice(
        ("On the train, signal comes and goes. What's new?",),
        ("Lovely!", "Tunnel, back in a second …", "Battery at 4 %, but yes!"),
        ("Yes! … if the train allows.", "Remind me at the office?"),
    ),
    "tomas": Voice(
        ("Ahoj, nejdeš na oběd?", "Testy zelené ✅"),
        ("Jasně.", "To dává smysl.", "Super, díky!"),
        ("Asi jo.", "Mrknu na to.", "Zítra, jo?"),
    ),
    "yuki": Voice(
        ("お疲れさまです！", "散歩に行きませんか 🌿"),
        ("了解です。", "いいですね 😊", "なるほど。"),
        ("はい、大丈夫です。", "確認しますね。", "明日でもいいですか？"),
    ),
}

_QUESTION_MARKS: Final = ("?", "？")
_READ_DELAY: Final = (0.8, 2.5)
_TYPING_DELAY: Final = (1.2, 4.0)


def voice_of(user_id: str) -> Voice:
    """Return the phrases of a user."""
    return _VOICES.get(user_id, _PLAIN)


@dataclass(frozen=True)
class Answer:
    """An answer, with the delays before it."""

    text: str
    read_delay: float
    """Seconds until the message is marked as read."""
    typing_delay: float
    """Seconds of typing after that."""


def answer_to(user_id: str, text: str, recent: Sequence[str], rng: Random) -> Answer:
    """Return the answer of a user to a message.

    Args:
        user_id: The user who answers.
        text: The text of the message.
        recent: The latest answers of the user, not to be repeated if possible.
        rng: The source of random decisions.
    """
    voice = voice_of(user_id)
    is_question = text.rstrip().endswith(_QUESTION_MARKS)
    lines = voice.to_questions if is_question else voice.answers
    fresh = [line for line in lines if line not in recent] or list(lines)
    return Answer(rng.choice(fresh), rng.uniform(*_READ_DELAY), rng.uniform(*_TYPING_DELAY))
