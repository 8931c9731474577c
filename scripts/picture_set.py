"""Which pictures belong to the documentation, by name: page, language, size, theme."""

KEPT = (
    "first-en-desktop-light",
    "board-en-desktop-light",
    "board-he-desktop-dark",
    "board-ru-phone-light",
    "request-en-desktop-light",
    "rules-en-desktop-light",
    "rules-he-phone-dark",
    "rehearsal-en-desktop-light",
    "agents-en-desktop-light",
    "reports-en-desktop-light",
    "desk-call-en-desktop-light",
    "desk-call-ru-desktop-dark",
    "support-topics-en-phone-light",
    "support-wait-en-phone-light",
    "support-place-en-phone-light",
    "support-wait-ru-phone-dark",
    "support-place-he-phone-light",
    "phones-en-desktop-light",
    "phones-he-phone-dark",
    "docs-en-desktop-light",
)
