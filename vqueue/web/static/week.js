// Draws each day of a week as a bar whose ranges are dragged, or moved with the arrow keys on their edges.
// The text field beside it is the truth: it is read on input and written on every move.

const DAY = 24 * 60;
const STEP = 15;
const FIRST_SPAN = 60;
const RANGE = /^\s*(\d{1,2})(?:[:.]?(\d{2}))?\s*[-–—־−]\s*(\d{1,2})(?:[:.]?(\d{2}))?\s*(?:[×xх*]\s*(\d+))?\s*$/i;

const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** The ranges in a text; null where it holds something else. */
function read(text) {
  const parts = text.split(/[,;]/).filter((part) => part.trim());
  const found = parts.map((part) => RANGE.exec(part)).map((m) => m && {
    start: Number(m[1]) * 60 + Number(m[2] || 0), end: Number(m[3]) * 60 + Number(m[4] || 0), calls: m[5],
  });
  return found.every((each) => each && each.start < each.end && each.end <= DAY) ? found : null;
}

/** Gives every week below `root` its bars. */
export function weeks(root) {
  for (const week of root.querySelectorAll('[data-week]')) {
    week.querySelector('[data-scale]').hidden = false;
    for (const day of week.querySelectorAll('.day:not(.scale)')) bar(week, day);
  }
}

function bar(week, day) {
  const [input, track, label] = ['input', '[data-track]', '.lab'].map((each) => day.querySelector(each));
  const calls = week.dataset.week === 'calls';
  const mirrored = getComputedStyle(track).direction === 'rtl';
  let ranges = [];
  if (input.matches(':disabled')) track.inert = true;
  track.hidden = false;

  const write = () => {
    const told = [...ranges].sort((a, b) => a.start - b.start)
      .map(({ start, end, calls: n }) => `${clock(start)}–${clock(end)}${calls ? ` ×${n || 1}` : ''}`);
    input.value = told.join(', ');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };

  // A neighbour is never run over: an edge stops where the next range begins.
  const bounds = (range) => {
    const before = ranges.filter((each) => each !== range && each.end <= range.start).map((each) => each.end);
    const after = ranges.filter((each) => each !== range && each.start >= range.end).map((each) => each.start);
    return [Math.max(0, ...before), Math.min(DAY, ...after)];
  };

  const set = (range, edge, minutes) => {
    const [low, high] = bounds(range);
    range[edge] = edge === 'start' ? within(minutes, low, range.end - STEP) : within(minutes, range.start + STEP, high);
    place(range);
    write();
  };

  const place = (range) => {
    const { node } = range;
    node.style.setProperty('inset-inline-start', `${(range.start / DAY) * 100}%`);
    node.style.setProperty('inline-size', `${((range.end - range.start) / DAY) * 100}%`);
    for (const grip of node.children) {
      const edge = grip.dataset.edge;
      grip.setAttribute('aria-valuenow', range[edge]);
      grip.setAttribute('aria-valuetext', clock(range[edge]));
    }
  };

  const minutesAt = (event) => {
    const box = track.getBoundingClientRect();
    const share = (mirrored ? box.right - event.clientX : event.clientX - box.left) / box.width;
    return Math.round((within(share, 0, 1) * DAY) / STEP) * STEP;
  };

  const follow = (event, moved) => {
    event.preventDefault();
    track.setPointerCapture(event.pointerId);
    const move = (each) => moved(minutesAt(each));
    const end = () => {
      track.removeEventListener('pointermove', move);
      track.removeEventListener('pointerup', end);
      track.removeEventListener('pointercancel', end);
    };
    track.addEventListener('pointermove', move);
    track.addEventListener('pointerup', end);
    track.addEventListener('pointercancel', end);
  };

  const grip = (range, edge) => {
    const node = document.createElement('span');
    node.className = `grip ${edge === 'start' ? 'start' : 'stop'}`;
    Object.assign(node.dataset, { edge });
    node.tabIndex = 0;
    const words = { role: 'slider', 'aria-valuemin': 0, 'aria-valuemax': DAY, 'aria-orientation': 'horizontal',
      'aria-label': `${label.textContent}, ${week.dataset[edge === 'start' ? 'from' : 'to']}` };
    for (const [name, value] of Object.entries(words)) node.setAttribute(name, value);
    node.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      node.focus();
      follow(event, (minutes) => set(range, edge, minutes));
    });
    node.addEventListener('keydown', (event) => {
      const ahead = mirrored ? 'ArrowLeft' : 'ArrowRight';
      const back = mirrored ? 'ArrowRight' : 'ArrowLeft';
      const step = { [ahead]: STEP, ArrowUp: STEP, [back]: -STEP, ArrowDown: -STEP, PageUp: 60, PageDown: -60 }[event.key];
      if (step) set(range, edge, range[edge] + step);
      else if (event.key === 'Delete' || event.key === 'Backspace') {
        ranges = ranges.filter((each) => each !== range);
        write();
        draw();
        input.focus();
      } else return;
      event.preventDefault();
    });
    return node;
  };

  const added = (range) => {
    range.node = document.createElement('span');
    range.node.className = 'range';
    range.node.append(grip(range, 'start'), grip(range, 'end'));
    range.node.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      const offset = minutesAt(event) - range.start;
      const length = range.end - range.start;
      follow(event, (minutes) => {
        const [low, high] = bounds(range);
        range.start = within(minutes - offset, low, high - length);
        range.end = range.start + length;
        place(range);
        write();
      });
    });
    track.append(range.node);
    place(range);
  };

  const draw = () => {
    const found = read(input.value);
    track.toggleAttribute('inert', !found || input.matches(':disabled'));
    if (!found) return;
    ranges = found;
    track.replaceChildren();
    ranges.forEach(added);
  };

  track.addEventListener('pointerdown', (event) => {
    const start = within(minutesAt(event), 0, DAY - FIRST_SPAN);
    if (ranges.some((each) => start < each.end && start + STEP > each.start)) return;
    const range = { start, end: start + STEP, calls: '1' };
    ranges.push(range);
    added(range);
    follow(event, (minutes) => set(range, 'end', minutes));
    set(range, 'end', start + FIRST_SPAN);
  });
  input.addEventListener('change', draw);
  input.addEventListener('input', (event) => event.isTrusted && draw());
  draw();
}
