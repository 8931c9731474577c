"""Who plays in the demo: the bank's queues, agents and staff, and the people who ring it. All numbers are fiction's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vqueue.domain.context import FREE_TEXT, ContextField, FieldKind
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, AgentRules, Offer, Rules
from vqueue.domain.slots import Slots
from vqueue.services.setting_up import Bank, NewAgent, NewQueue
from vqueue.services.signing_in import Role

ZONE = "Europe/London"
BANK_NUMBER = "+442079460000"
VISITOR_CUSTOMER = "+447700900001"
VISITOR_AGENT = NewAgent(
    id="visitor",
    name="Kim (you)",
    address="+442079460001",
    skills={"cards": 6, "payments": 6, "general": 6},
    languages=("en", "ru", "he"),
)
"""Kept for whoever looks at the demo: signed off until that telephone rings the bank's number and presses 1."""
FREE_CUSTOMERS = (VISITOR_CUSTOMER, "+447700900002", "+447700900003", "+447700900004")
"""Numbers nobody of the crowd uses."""
OPENS, TUESDAY, TEN = 8, 1, time(10, 0)

WRAP_UP_S = 20
MODES = (Mode.CALLBACK, Mode.SCHEDULED, Mode.HOLD, Mode.CALL_IN, Mode.MESSAGE)
TIMES = Slots(
    week=dict.fromkeys(WEEK, (("08:00", "20:00", 3),)),
    length_s=900,
    lead_s=600,
    reminders_s=(3600,),
    answer_within_s=300,
)
"""Soon and short, so that a booked call is seen to come. A bank that calls back lets people hold five minutes: its
agents are as many as that takes, but for the busy hours."""


TOPIC_NAMES = {
    "cards": {"en": "Card", "ru": "Карта", "he": "כרטיס"},
    "payments": {"en": "Payment or transfer", "ru": "Платёж или перевод", "he": "תשלום או העברה"},
    "other": {"en": "Something else", "ru": "Другой вопрос", "he": "נושא אחר"},
}


def _rules(*, skills: tuple[str, ...], topics: tuple[str, ...], asks: tuple[ContextField, ...] = ()) -> Rules:
    return Rules(
        skills=skills, topics=topics, topic_labels={each: TOPIC_NAMES[each] for each in topics},
        offer=Offer(modes=MODES), agents=AgentRules(wrap_up_s=WRAP_UP_S), slots=TIMES, context=(*asks, FREE_TEXT),
    )  # fmt: skip


def _choice(name: str, label: tuple[str, str, str], **choices: tuple[str, str, str]) -> ContextField:
    """A question with its answers, each in English, Russian and Hebrew."""
    return ContextField(
        id=name,
        kind=FieldKind.CHOICE,
        choices=tuple(choices),
        label=dict(zip(("en", "ru", "he"), label, strict=True)),
        choice_labels={each: dict(zip(("en", "ru", "he"), words, strict=True)) for each, words in choices.items()},
    )


CARD_QUESTIONS = (
    _choice(
        "matter",
        ("What happened to the card?", "Что случилось с картой?", "מה קרה לכרטיס?"),
        declined=("It is declined", "Её не принимают", "הוא נדחה"),
        blocked=("It is blocked", "Она заблокирована", "הוא חסום"),
        lost=("It is lost or stolen", "Утеряна или украдена", "אבד או נגנב"),
        other=("Something else", "Другое", "משהו אחר"),
    ),
    _choice(
        "where",
        ("Where are you now?", "Где вы сейчас?", "איפה נמצאים כעת?"),
        home=("At home", "Дома", "בבית"),
        abroad=("Abroad", "За границей", "בחו״ל"),
    ),
)
PAYMENT_QUESTIONS = (
    _choice(
        "matter",
        ("What is it about?", "О чём речь?", "במה מדובר?"),
        missing=("A payment has not arrived", "Платёж не дошёл", "תשלום לא הגיע"),
        unknown=("I do not know this payment", "Не узнаю платёж", "תשלום לא מוכר"),
        other=("Something else", "Другое", "משהו אחר"),
    ),
    ContextField(
        id="amount",
        kind=FieldKind.NUMBER,
        label={"en": "Amount in pounds", "ru": "Сумма в фунтах", "he": "סכום בלירות"},
    ),
)

QUEUES = (
    NewQueue(
        id="cards",
        names={"en": "Cards", "ru": "Карты", "he": "כרטיסים"},
        rules=_rules(skills=("cards",), topics=("cards",), asks=CARD_QUESTIONS),
    ),
    NewQueue(
        id="payments",
        names={"en": "Payments", "ru": "Платежи", "he": "תשלומים"},
        rules=_rules(skills=("payments",), topics=("payments",), asks=PAYMENT_QUESTIONS),
    ),
    NewQueue(
        id="general",
        names={"en": "General", "ru": "Общие вопросы", "he": "כללי"},
        rules=_rules(skills=("general",), topics=("other",)),
    ),
)


def team(queue: str) -> tuple[NewAgent, ...]:
    """Whose first skill it is."""
    return tuple(agent for agent in CREW if next(iter(agent.skills)) == queue)


def _agent(login: str, name: str, address: str, skills: str, languages: str = "en") -> NewAgent:
    """`skills` as `cards:8 general:5`."""
    levels = {skill: int(level) for skill, _, level in (one.partition(":") for one in skills.split())}
    return NewAgent(
        id=login, name=name, address=address, skills=levels, languages=tuple(languages.split()), login=login
    )


CREW = (
    _agent("amara", "Amara Obi", "client:amara", "cards:9"),
    _agent("ben", "Ben Whitlock", "client:ben", "cards:7"),
    _agent("chloe", "Chloe Marsh", "client:chloe", "cards:7"),
    _agent("dmitri", "Dmitri Volkov", "client:dmitri", "cards:7", "en ru"),
    _agent("hana", "Hana Levi", "+442079460103", "cards:8 general:4", "en he"),
    _agent("maya", "Maya Stern", "client:maya", "cards:8"),
    _agent("nora", "Nora Finch", "client:nora", "cards:6"),
    _agent("elena", "Elena Sokolova", "+442079460102", "payments:8", "ru en"),
    _agent("farid", "Farid Aziz", "client:farid", "payments:9"),
    _agent("ido", "Ido Ben-Ami", "client:ido", "payments:7 general:5", "he en"),
    _agent("kofi", "Kofi Mensah", "client:kofi", "payments:8"),
    _agent("rosa", "Rosa Delgado", "client:rosa", "payments:6"),
    _agent("grace", "Grace Holt", "client:grace", "general:8 payments:5"),
    _agent("jack", "Jack Ferris", "+442079460104", "general:9"),
    _agent("lucy", "Lucy Arden", "client:lucy", "general:8 payments:4"),
    _agent("petra", "Petra Novak", "client:petra", "general:7", "en ru"),
    _agent("yael", "Yael Regev", "client:yael", "general:8", "en he"),
)
"""What each does most comes first. They are as many as the bank's day needs, but for an hour or two at noon, and for a
letter about cards that reaches everybody while two are in training."""
TRAINING, TRAINEES = (time(9, 30), time(10, 30)), ("maya", "nora")
"""Every working day; the last ones of their team."""

STAFF = {
    Role.AGENT.value: "amara",
    Role.VIEWER.value: "vera",
    Role.SUPERVISOR.value: "sam",
    Role.ADMIN.value: "ada",
}
STAFF_NAMES = {"amara": "Amara Obi", "vera": "Vera Stone", "sam": "Sam Reed", "ada": "Ada Lind"}


def bank() -> Bank:
    return Bank(queues=QUEUES, agents=(*CREW, VISITOR_AGENT))


def opening(today: date) -> datetime:
    """Ten in the morning, London, on `today` or the next Tuesday: a working day on which every queue is open."""
    day = today + timedelta(days=(TUESDAY - today.weekday()) % 7)
    return datetime.combine(day, TEN, tzinfo=ZoneInfo(ZONE))


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody invented who rings the bank."""

    number: str
    name: str
    language: str


_NAMES = {
    "en": (
        "Olivia Nash|Noah Pike|Isla Grant|Leo Marsh|Ava Thorne|Arthur Cole|Mia Hollis|Oscar Lane|Freya Dunn|Theo Vance"
        "|Ivy Sutton|Henry Moss|Ella Frost|George Tate|Poppy Wells|Alfie Brooks|Ruby Keane|Finley Shaw|Rosie Webb"
    ),
    "ru": "Анна Белова|Иван Громов|Ольга Лебедева|Пётр Зимин|Мария Соколова|Алексей Орлов|Нина Фомина|Юрий Крылов",
    "he": "נועה כהן|עומר לוי|תמר שגב|איתן ברק|מאיה רוזן|יונתן גל|שירה אלון|דניאל פז",
}
_NUMBERS = {"en": "+447700900{:03d}", "ru": "+7495555{:04d}", "he": "+972505550{:03d}"}
_FIRST, _MANY = 100, {"en": 800, "ru": 400, "he": 400}


def customer(language: str, turn: int) -> Customer:
    """The `turn`-th customer of that language; after some hundreds the same people ring again."""
    names = _NAMES[language].split("|")
    place = turn % _MANY[language]
    return Customer(_NUMBERS[language].format(_FIRST + place), names[place % len(names)], language)
