// Draws every [data-chart] of the page with plotly, in the page's own colours, type and direction. The data stands in
// the attribute as JSON: {kind, x, unit, goal, series: [{name, values, style, low, high, words}]} and, as a kind wants
// them, time, numeric, range, marks, verdicts, stacked, wrap. Kinds: lines, bars; dots and change (names at the side,
// values along); windows (spans over time, and points). The table beside each chart is the server's; this module adds
// nothing that only it knows. Reports that are one file hold the library themselves.

const HIDE = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false, scrollZoom: false };
const SIDEWAYS = ['change', 'dots'];
const A_DAY_MS = 8.64e7;
const place = document.getElementById('charts');
let loading = null;

/** Loads the library once; the ids of its own styles are taken first, so that it adds none (the policy forbids it). */
function load() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((done, failed) => {
    for (const id of place.dataset.styles.split(' ')) {
      const style = document.createElement('link');
      style.id = id;
      style.className = 'no-inline-styles';
      document.head.append(style);
    }
    const script = document.createElement('script');
    script.src = place.dataset.library;
    script.onload = () => done(window.Plotly);
    script.onerror = () => failed(new Error('the charting library did not load'));
    document.head.append(script);
  });
  return loading;
}

const colours = () => {
  const own = getComputedStyle(document.documentElement);
  const of = (name) => own.getPropertyValue(`--${name}`).trim();
  const names = [
    ...['ink', 'ink-2', 'ink-3', 'line', 'line-strong', 'surface'],
    ...['accent', 'accent-soft', 'good', 'watch', 'act'],
    ...['mode-hold', 'mode-virtual', 'mode-booked'],
  ];
  return Object.fromEntries(names.map((name) => [name, of(name)]));
};

/** Live is dashed, what is compared with it is solid: comparison by shape, not by hue. */
const looks = (c) => ({
  accent: { color: c.accent, dash: 'solid', width: 2.4, symbol: 'circle' },
  soft: { color: c['mode-booked'], dash: 'solid', width: 1, symbol: 'circle' },
  ink: { color: c['mode-hold'], dash: 'solid', width: 2, symbol: 'circle' },
  dashed: { color: c['ink-3'], dash: 'dash', width: 1.8, symbol: 'circle-open' },
  act: { color: c.act, dash: 'solid', width: 2, symbol: 'diamond' },
  watch: { color: c.watch, dash: 'solid', width: 2, symbol: 'circle' },
  goal: { color: c.ink, dash: 'dot', width: 1, symbol: 'line-ns-open' },
});

/** From `low` to `high` about each value. */
const errors = (each, c) => each.low && {
  type: 'data',
  symmetric: false,
  color: c['ink-3'],
  thickness: 1.4,
  width: 4,
  array: each.high.map((high, n) => high - each.values[n]),
  arrayminus: each.low.map((low, n) => each.values[n] - low),
};

const judged = (verdicts, values, c) => ({
  color: values.map((_, n) => ({ better: c.good, worse: c.act }[verdicts?.[n]] || c['ink-3'])),
  symbol: values.map((_, n) => ({ better: 'circle', worse: 'diamond' }[verdicts?.[n]] || 'circle-open')), size: 9 });

/** Upright strokes from low to high, the thinner the more of them there are. */
const spans = (told, each, color, width) => ({
  type: 'scatter',
  mode: 'lines',
  hoverinfo: 'skip',
  line: { color, width: Math.max(1.5, Math.min(5, (0.5 * width) / told.x.length)) },
  x: told.x.flatMap((at) => [at, at, null]),
  y: each.low.flatMap((low, n) => [low, each.high[n], null]),
});

function traces(told, c, width) {
  const look = looks(c);
  return told.series.map((each) => {
    const { symbol, ...line } = look[each.style] || look.accent;
    const unit = told.unit ? ` ${told.unit}` : '';
    const base = { name: each.name, x: told.x, y: each.values, customdata: each.words,
      hovertemplate: each.words ? '%{customdata}<extra></extra>' : `%{x}: %{y}${unit}<extra>${each.name}</extra>` };
    const sideways = {
      ...base,
      type: 'scatter',
      mode: 'markers',
      x: each.values,
      y: told.x,
      orientation: 'h',
      cliponaxis: false,
      error_x: errors(each, c),
      hovertemplate: `%{y}: %{x}${unit}<extra>${told.kind === 'change' ? '' : each.name}</extra>`,
    };
    if (told.kind === 'change') return { ...sideways, marker: judged(told.verdicts, each.values, c) };
    if (told.kind === 'dots') {
      const size = each.style === 'goal' ? 16 : 10;
      return { ...sideways, marker: { color: line.color, symbol, size, line: { width: 2, color: line.color } } };
    }
    if (told.kind === 'windows' && each.low) return spans(told, each, line.color, width);
    if (told.kind === 'windows') {
      const size = each.style === 'act' ? 8 : 5.5;
      return { ...base, type: 'scatter', mode: 'markers', marker: { color: line.color, symbol, size } };
    }
    if (told.kind === 'bars' && each.style !== 'dashed') {
      const words = each.values.map((value) => (value === 0 && told.stacked ? '' : value));
      return {
        ...base,
        type: 'bar',
        marker: { color: line.color },
        text: told.x.length <= 6 ? words : undefined,
        textposition: told.stacked ? 'inside' : 'outside',
        cliponaxis: false,
      };
    }
    return {
      ...base,
      type: 'scatter',
      mode: told.x.length < 3 ? 'lines+markers' : 'lines',
      line,
      connectgaps: false,
      hovertemplate: told.time ? `%{y}${unit}<extra>${each.name}</extra>` : base.hovertemplate,
    };
  });
}

/** Along what the values stand: names, moments or numbers. */
function along(told, axis, width, mirrored) {
  const kind = { type: 'category', nticks: Math.max(2, Math.floor(width / 72)) };
  if (told.time) {
    const within = { dtickrange: [null, A_DAY_MS - 1], value: '%H:%M' };
    const beyond = { dtickrange: [A_DAY_MS, null], value: '%a %-d %b' };
    Object.assign(kind, { type: 'date', hoverformat: '%H:%M', tickformatstops: [within, beyond] });
  }
  if (told.numeric) Object.assign(kind, { type: 'linear', rangemode: 'tozero' });
  if (told.wrap) {
    const ticktext = told.x.map((each) => each.replace(/(.{6,}?) /g, '$1<br>'));
    Object.assign(kind, { tickvals: told.x, ticktext, nticks: undefined });
  }
  return { ...axis, showgrid: false, tickangle: 0, autorange: mirrored ? 'reversed' : true, ...kind };
}

/** Lines across the chart: the goal, nought where changes are shown, and marks with their words. */
function lines(told, c) {
  const sideways = SIDEWAYS.includes(told.kind);
  const stroke = (dash) => ({ type: 'line', line: { color: c.ink, width: 1, dash } });
  const upright = (at, dash) => ({ ...stroke(dash), yref: 'paper', x0: at, x1: at, y0: 0, y1: 1 });
  const level = (at) => ({ ...stroke('dot'), xref: 'paper', x0: 0, x1: 1, y0: at, y1: at });
  const goal = told.goal ?? null;
  return [
    ...(goal === null ? [] : [sideways ? upright(goal, 'dot') : level(goal)]),
    ...(told.kind === 'change' ? [upright(0)] : []),
    ...(told.marks || []).map(([at]) => upright(at, 'dash')),
  ];
}

const suffix = (unit) => (unit ? (unit === '%' ? '%' : ` ${unit}`) : '');

function layout(told, c, width) {
  const mirrored = document.documentElement.dir === 'rtl';
  const size = (11.5 * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 16;
  const font = { family: getComputedStyle(document.body).fontFamily, size, color: c['ink-3'] };
  const axis = {
    gridcolor: c.line,
    linecolor: c['line-strong'],
    zeroline: false,
    fixedrange: true,
    automargin: true,
    tickangle: 0,
    tickfont: font,
  };
  const ranged = { rangemode: told.range ? undefined : 'tozero', range: told.range || undefined };
  const value = { ...axis, ...ranged, ticksuffix: suffix(told.unit), nticks: 5 };
  const side = mirrored ? 'right' : 'left';
  const names = { ...along(told, axis, width, mirrored), autorange: 'reversed', side, nticks: undefined };
  const change = told.kind === 'change';
  const sideways = SIDEWAYS.includes(told.kind);
  const values = {
    ...value,
    rangemode: change ? undefined : value.rangemode,
    autorange: mirrored ? 'reversed' : !told.range,
    ticksuffix: change ? '%' : value.ticksuffix,
  };
  return {
    paper_bgcolor: c.surface,
    plot_bgcolor: c.surface,
    font,
    showlegend: false,
    shapes: lines(told, c),
    barmode: told.stacked ? 'stack' : 'group',
    bargap: told.numeric ? 0.08 : told.x.length < 3 ? 0.6 : 0.25,
    margin: { l: mirrored ? 12 : 44, r: mirrored ? 44 : 12, t: 14, b: 28 },
    hovermode: told.time && told.kind === 'lines' ? 'x unified' : 'closest',
    dragmode: false,
    hoverlabel: { bgcolor: c.surface, bordercolor: c['line-strong'], font: { ...font, color: c.ink } },
    annotations: marks(told, c, font),
    xaxis: sideways ? values : along(told, axis, width, mirrored),
    yaxis: sideways ? names : { ...value, side: mirrored ? 'right' : undefined },
  };
}

/** The words of the marks, one below the other. */
function marks(told, c, font) {
  const looks = { showarrow: false, xanchor: 'left', yanchor: 'top', xshift: 4, bgcolor: c.surface };
  const place = (n) => ({ y: 1 - 0.1 * n, yref: 'paper' });
  const ink = { ...font, color: c.ink };
  return (told.marks || []).map(([x, text], n) => ({ x, text, ...place(n), ...looks, font: ink }));
}

/** All charts below `root` in the colours of now; `paper` fits them to their width on paper, where one is set. */
function render(plotly, root, paper = false) {
  const c = colours();
  return [...root.querySelectorAll('[data-chart]')].map(async (area) => {
    const told = JSON.parse(area.dataset.chart);
    const wide = paper ? parseFloat(getComputedStyle(area).getPropertyValue('--on-paper')) || undefined : undefined;
    const width = wide || area.clientWidth;
    await plotly.react(area, traces(told, c, width), { ...layout(told, c, width), width: wide, autosize: !wide }, HIDE);
    area.dataset.drawn = 'yes';
  });
}

/** Draws the charts below `root`; again after the page's colours changed. */
export async function draw(root = document) {
  if (!root.querySelector('[data-chart]') || (!place && !window.Plotly)) return;
  const plotly = await load().catch(() => null);
  if (plotly) await Promise.all(render(plotly, root));
}

let theme;
addEventListener('beforeprint', () => {
  if (!window.Plotly) return;
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = 'light';
  render(window.Plotly, document, true);
});
addEventListener('afterprint', () => {
  if (!window.Plotly) return;
  if (theme === undefined) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  render(window.Plotly, document);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw());
draw();
