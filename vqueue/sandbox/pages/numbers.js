// Reads telephone numbers as people write them and writes them as people read them.

const ADDRESS = /^(client|sip):[^\s/?#]{1,120}$/i;
const PATTERNS = [
  [/^\+44(20)(\d{4})(\d{4})$/, "+44 $1 $2 $3"],
  [/^\+44(\d{4})(\d{3})(\d{3})$/, "+44 $1 $2 $3"],
  [/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"],
  [/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, "+7 $1 $2-$3-$4"],
  [/^\+972(\d{2})(\d{3})(\d{4})$/, "+972 $1 $2 $3"],
];

/** The number without blanks, brackets and dashes; addresses such as client:omer stay as they are. */
export function plainNumber(text) {
  const trimmed = String(text ?? "").trim();
  return ADDRESS.test(trimmed) ? trimmed : trimmed.replace(/[\s().\-\u00a0\u2010-\u2015]/g, "").replace(/^00/, "+");
}

export const isNumber = (plain) => /^\+[1-9]\d{7,14}$/.test(plain) || ADDRESS.test(plain);

export function spacedNumber(plain) {
  if (!plain) return "";
  for (const [pattern, form] of PATTERNS) if (pattern.test(plain)) return plain.replace(pattern, form);
  return plain.replace(/^client:/i, "client ").replace(/^sip:/i, "");
}
