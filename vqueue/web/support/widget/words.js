/* What is said, in the visitor's language: texts by key, numbers, times and waits by Intl in the queue's time zone. */
const FSI = "\u2068",
  LRI = "\u2066",
  PDI = "\u2069";

export class Words {
  constructor(all, language) {
    this.language = all[language] ? language : "en";
    this.texts = all[this.language];
    this.locale = { en: "en-GB", ru: "ru", he: "he" }[this.language];
    this.rtl = this.language === "he";
    this.plural = new Intl.PluralRules(this.locale);
  }

  has(key) {
    return key in this.texts;
  }

  /** The text; each value stands isolated, so that it keeps its own direction. `count` chooses the plural form. */
  say(key, values = {}) {
    let text = this.texts[key];
    if (text === undefined) return key;
    if (typeof text !== "string") text = text[this.plural.select(values.count)] || text.other;
    return text.replace(/\{(\w+)\}/g, (_, name) =>
      this.isolated(name === "count" ? this.number(values[name]) : values[name]),
    );
  }

  isolated(value) {
    return value === undefined ? "" : `${FSI}${value}${PDI}`;
  }

  /** Telephone numbers and codes run left to right in every script. */
  digits(text) {
    return `${LRI}${text}${PDI}`;
  }

  number(value) {
    return new Intl.NumberFormat(this.locale).format(value);
  }

  /** About so many minutes, or hours from two on. */
  minutes(seconds, style = "long") {
    if (this.language === "ru") style = "short"; /* the long form has no genitive for "about" */
    const whole = Math.max(1, Math.round(seconds / 60));
    const [unit, value] =
      whole >= 120 ? ["hour", Math.round(whole / 30) / 2] : ["minute", whole >= 20 ? Math.round(whole / 5) * 5 : whole];
    return new Intl.NumberFormat(this.locale === "en-GB" ? "en-US" : this.locale, {
      style: "unit",
      unit,
      unitDisplay: style,
    })
      .format(value)
      .replace(/ /g, "\u00a0");
  }

  /** 14:20; with the day's name when it is not today. */
  time(iso, zone, now) {
    const at = new Date(iso);
    const clock = this.clock(at, zone);
    if (now === undefined || this.day(at, zone) === this.day(new Date(now), zone)) return clock;
    if (this.daysOff(at, zone, now) === 1) return `${this.relative(1).toLocaleLowerCase(this.locale)}, ${clock}`;
    const named = new Intl.DateTimeFormat(this.locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: zone,
    }).format(at);
    return `${named}, ${clock}`;
  }

  clock(at, zone) {
    const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    return new Intl.DateTimeFormat(this.locale, shape).format(new Date(at));
  }

  day(at, zone) {
    return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(at);
  }

  daysOff(at, zone, now) {
    return Math.round((Date.parse(this.day(at, zone)) - Date.parse(this.day(new Date(now), zone))) / 864e5);
  }

  relative(days) {
    const near = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" }).format(days, "day");
    return near.charAt(0).toLocaleUpperCase(this.locale) + near.slice(1);
  }

  dayShort(iso, zone, now) {
    const at = new Date(iso),
      days = this.daysOff(at, zone, now);
    if (days <= 1) return this.relative(days);
    return new Intl.DateTimeFormat(this.locale, {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: zone,
    }).format(at);
  }

  dayName(iso, zone, now) {
    const at = new Date(iso);
    const days = this.daysOff(at, zone, now);
    const date = new Intl.DateTimeFormat(this.locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: zone,
    }).format(at);
    if (days > 1) return date;
    return `${this.relative(days)}, ${date}`;
  }

  /** The zone's name, where the reader's own clock shows another time. */
  zoneNote(zone, now) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (this.clock(now, own) === this.clock(now, zone)) return "";
    return this.say("zone", { name: zone.split("/").pop().replace(/_/g, " ") });
  }

  /** One, two and three. */
  list(words) {
    return new Intl.ListFormat(this.locale, { type: "conjunction" }).format(words);
  }

  /** The name a bank gave in this language, or in English, or the id made readable. */
  named(names, id) {
    const plain = id.replace(/[_-]+/g, " ");
    return (names && (names[this.language] || names.en)) || plain.charAt(0).toUpperCase() + plain.slice(1);
  }
}
