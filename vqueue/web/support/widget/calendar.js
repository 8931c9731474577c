/* A booked call as an event for the visitor's own calendar (RFC 5545). */

/** The text of the file; `from` and `to` in milliseconds, `at` when it was made. */
export function event({ id, from, to, at, title, text }) {
  const stamp = (when) => new Date(when).toISOString().replace(/[-:]|\.\d+/g, "");
  const said = (words) =>
    words
      .replace(/[\u2066-\u2069]/g, "")
      .replace(/[\\;,]/g, "\\$&")
      .replace(/\n/g, "\\n");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//vqueue//support//EN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${id}`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(from)}`,
    `DTEND:${stamp(to)}`,
    `SUMMARY:${said(title)}`,
    `DESCRIPTION:${said(text)}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${said(title)}`,
    "TRIGGER:-PT10M",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ]
    .flatMap(folded)
    .join("\r\n");
}

/** No line is longer than 75 octets: the rest follows after a space. */
function folded(line) {
  const bytes = new TextEncoder(),
    parts = [""];
  for (const letter of line) {
    const last = parts.length - 1;
    if (bytes.encode(parts[last] + letter).length > (last ? 74 : 75)) parts.push(letter);
    else parts[last] += letter;
  }
  return parts.map((part, i) => (i ? ` ${part}` : part));
}

/** Offers the text as a file. */
export function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
