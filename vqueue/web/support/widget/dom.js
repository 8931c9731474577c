/* Elements from words: everything a person or the bank wrote goes in as text, never as markup. */
const SVG = "http://www.w3.org/2000/svg";

/** An element; `props` are attributes, `on…` listeners, `value` and `checked` properties; false and null are left out. */
export function h(name, props, ...children) {
  return filled(document.createElement(name), props, children);
}

export function s(name, props, ...children) {
  return filled(document.createElementNS(SVG, name), props, children);
}

function filled(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PHONE =
  "M4.2 1.9l2 .3.9 2.9-1.5 1.3a8.6 8.6 0 0 0 4 4l1.3-1.5 2.9.9.3 2" +
  "a1.6 1.6 0 0 1-1.6 1.9A11.2 11.2 0 0 1 2.3 3.5 1.6 1.6 0 0 1 4.2 1.9z";
const PATHS = {
  phone: PHONE,
  clock: "M14.2 8A6.2 6.2 0 1 1 8 1.8 6.2 6.2 0 0 1 14.2 8zM8 4.4V8l2.4 1.6",
  calendar: "M2.2 3.6h11.6v10.2H2.2zM2.2 6.8h11.6M5.2 1.8v3M10.8 1.8v3",
  line:
    "M2 12.5h12M5.4 8A1.4 1.4 0 1 1 4 6.6 1.4 1.4 0 0 1 5.4 8zM9.4 8A1.4 1.4 0 1 1 8 6.6 1.4 1.4 0 0 1 9.4 8z" +
    "M13.4 8A1.4 1.4 0 1 1 12 6.6 1.4 1.4 0 0 1 13.4 8z",
  message: "M2 3h12v8.3H7.2L4 14v-2.7H2z",
  cross: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  back: "M9.8 3L4.8 8l5 5",
  shield: "M8 1.7l5.2 1.8v4c0 3.4-2.2 5.6-5.2 6.8-3-1.2-5.2-3.4-5.2-6.8v-4z",
  card: "M1.5 3.2h13v9.6h-13zM1.5 6.4h13M4 10h2.5",
  swap: "M2 5.2h11l-2.6-2.6M14 10.8H3l2.6 2.6",
  house: "M2.2 7.3L8 2.2l5.8 5.1M3.8 6.2v7.3h8.4V6.2",
  device: "M4 1.5h8v13H4zM7 12.3h2",
  bell: "M3.2 11.5h9.6l-1.2-2V6.6a3.6 3.6 0 0 0-7.2 0v2.9zM6.6 13.6h2.8",
  watch: "M8 2.2L14.3 13.5H1.7zM8 6.4v3.2M8 11.6v.1",
  fine: "M3.5 8.5l3 3 6-7",
  offline: "M2 5.6a9 9 0 0 1 12 0M4.3 8.2a5.6 5.6 0 0 1 7.4 0M6.4 10.7a2.6 2.6 0 0 1 3.2 0M8 13v.1M2.5 1.8l11 12.4",
};

/** A stroke icon, always beside a word. */
export function icon(name, large) {
  const turns = name === "back" || name === "swap" ? " i-dir" : "";
  return s(
    "svg",
    { class: `i${large ? " i-lg" : ""}${turns}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    s("path", { d: PATHS[name] || PATHS.message }),
  );
}
