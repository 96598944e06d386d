"""What the demo's people say when somebody writes to them, each in their own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True)
class Voice:
    """How somebody talks."""

    greetings: tuple[str, ...]
    """With what they begin a conversation."""
    answers: tuple[str, ...]
    """What they say to a statement."""
    to_questions: tuple[str, ...]
    """What they say to a question."""


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
_READ_IN: Final = (0.8, 2.5)
_WRITE_IN: Final = (1.2, 4.0)


def voice_of(user_id: str) -> Voice:
    """Return how somebody talks."""
    return _VOICES.get(user_id, _PLAIN)


@dataclass(frozen=True)
class Answer:
    """What somebody will say, and how long they take."""

    text: str
    reads_in: float
    """Seconds until they have read."""
    writes_in: float
    """Seconds for which they then type."""


def answer_to(user_id: str, text: str, said: Sequence[str], chance: Random) -> Answer:
    """Return what somebody answers.

    Args:
        user_id: Who.
        text: What was written to them.
        said: What they said lately, which they would rather not repeat.
        chance: What decides.
    """
    voice = voice_of(user_id)
    is_question = text.rstrip().endswith(_QUESTION_MARKS)
    lines = voice.to_questions if is_question else voice.answers
    fresh = [line for line in lines if line not in said] or list(lines)
    return Answer(chance.choice(fresh), chance.uniform(*_READ_IN), chance.uniform(*_WRITE_IN))
