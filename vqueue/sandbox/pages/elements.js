// Makes the page's elements and icons without markup strings, so nothing said on a line can become markup.
const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  phone:
    "M4.2 1.9l2 .3.9 2.9-1.5 1.3a8.6 8.6 0 0 0 4 4l1.3-1.5 2.9.9.3 2a1.6 1.6 0 0 1-1.6 1.9" +
    "A11.2 11.2 0 0 1 2.3 3.5 1.6 1.6 0 0 1 4.2 1.9z",
  hangup: "M1.6 9.9c-.3-3 3-4.6 6.4-4.6s6.7 1.6 6.4 4.6l-.2.8-3.2-.5-.3-2a9 9 0 0 0-5.4 0l-.3 2-3.2.5z",
  sound: "M2.5 6v4h2.6L8.6 13V3L5.1 6zM10.8 5.8a3.2 3.2 0 0 1 0 4.4M12.6 4a5.7 5.7 0 0 1 0 8",
  silent: "M2.5 6v4h2.6L8.6 13V3L5.1 6zM10.9 6.2l3.4 3.6M14.3 6.2l-3.4 3.6",
  plus: "M8 2.5v11M2.5 8h11",
  back: "M9.8 3L4.8 8l5 5",
  cross: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  triangle: "M8 2.2L14.4 13.4H1.6zM8 6.6v3M8 11.4v.2",
  check: "M3 8.6l3.2 3.2L13 4.6",
  bell: "M3.6 11.4h8.8L11.2 9.6V7a3.2 3.2 0 0 0-6.4 0v2.6zM6.8 13.4a1.3 1.3 0 0 0 2.4 0",
  pair: "M1.8 8h12.4M4.6 5.2L1.8 8l2.8 2.8M11.4 5.2L14.2 8l-2.8 2.8",
  dot: "M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6z",
};

export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `i ${extra}`.trim());
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * An element. `props`: "on" holds listeners, true sets a bare attribute, false and null leave it out,
 * everything else is an attribute. Children are nodes or texts; null and false are left out.
 */
export function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

/** Words that stay in one piece and in their own direction: numbers, codes, names. */
export const isolated = (text, dir = "ltr") => make("bdi", { dir }, text);

/** A message under a field or a phone; empty text takes it away. */
export function complain(node, text) {
  node.replaceChildren(...(text ? [icon("triangle"), make("span", {}, text)] : []));
  node.hidden = !text;
}
