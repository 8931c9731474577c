// Draws every [data-chart] of the page with plotly, in the page's own colours, type and direction. The data stands in
// the attribute as JSON: {kind: 'lines'|'bars'|'change', x, unit, goal, series: [{name, values, style, low, high}]}.
// The table beside each chart is the server's; this module adds nothing that only it knows.

const HIDE = { displayModeBar: false, responsive: true, showTips: false, doubleClick: false, scrollZoom: false };
const place = document.getElementById('charts');
let loading = null;

/** Loads the library once; the ids of its own styles are taken first, so that it adds none (the policy forbids it). */
function load() {
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
  const names = ['ink', 'ink-2', 'ink-3', 'line', 'line-strong', 'accent', 'accent-soft', 'good', 'watch', 'act', 'surface',
    'mode-hold', 'mode-virtual', 'mode-booked'];
  return Object.fromEntries(names.map((name) => [name, of(name)]));
};

/** Live is dashed, what is compared with it is solid: comparison by shape, not by hue. */
const looks = (c) => ({
  accent: { color: c.accent, dash: 'solid', width: 2.4 },
  soft: { color: c['mode-booked'], dash: 'solid', width: 1 },
  ink: { color: c['mode-hold'], dash: 'solid', width: 2 },
  dashed: { color: c['ink-3'], dash: 'dash', width: 1.8 },
  act: { color: c.act, dash: 'solid', width: 2 },
  watch: { color: c.watch, dash: 'solid', width: 2 },
});

function traces(told, c) {
  const look = looks(c);
  return told.series.flatMap((each) => {
    const line = look[each.style] || look.accent;
    const base = { name: each.name, x: told.x, y: each.values, hovertemplate: `%{x}: %{y}${told.unit ? ` ${told.unit}` : ''}<extra>${each.name}</extra>` };
    if (told.kind === 'change') {
      return [{ ...base, type: 'scatter', mode: 'markers', x: each.values, y: told.x, orientation: 'h',
        hovertemplate: `%{y}: %{x} ${told.unit}<extra></extra>`,
        marker: { color: each.values.map((_, n) => ({ better: c.good, worse: c.act }[told.verdicts?.[n]] || c['ink-3'])),
          symbol: each.values.map((_, n) => ({ better: 'circle', worse: 'diamond' }[told.verdicts?.[n]] || 'circle-open')), size: 9 },
        error_x: { type: 'data', symmetric: false, color: c['ink-3'], thickness: 1.4, width: 4,
          array: each.high.map((high, n) => high - each.values[n]), arrayminus: each.low.map((low, n) => each.values[n] - low) } }];
    }
    if (told.kind === 'bars' && each.style !== 'dashed') {
      return [{ ...base, type: 'bar', marker: { color: line.color }, text: told.x.length <= 6 ? each.values.map((value) => (value === 0 && told.stacked ? '' : value)) : undefined, textposition: told.stacked ? 'inside' : 'outside', cliponaxis: false }];
    }
    return [{ ...base, type: 'scatter', mode: told.x.length < 3 ? 'lines+markers' : 'lines', line, connectgaps: false }];
  });
}

function layout(told, c, width) {
  const mirrored = document.documentElement.dir === 'rtl';
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11.5, color: c['ink-3'] };
  const axis = { gridcolor: c.line, linecolor: c['line-strong'], zeroline: false, fixedrange: true, automargin: true, tickfont: font };
  const value = { ...axis, rangemode: told.range ? undefined : 'tozero', range: told.range, ticksuffix: told.unit === '%' ? '%' : '', side: mirrored && told.kind !== 'change' ? 'right' : undefined, nticks: 5 };
  const along = { ...axis, type: 'category', showgrid: false, nticks: Math.max(2, Math.floor(width / 72)), tickangle: 0, autorange: mirrored ? 'reversed' : true };
  const change = told.kind === 'change';
  if (told.wrap) Object.assign(along, { tickvals: told.x, ticktext: told.x.map((each) => each.replace(/(.{6,}?) /g, '$1<br>')), nticks: undefined });
  const lines = told.goal === undefined || told.goal === null ? [] : [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: told.goal, y1: told.goal, line: { color: c.ink, width: 1, dash: 'dot' } }];
  if (change) lines.push({ type: 'line', yref: 'paper', x0: 0, x1: 0, y0: 0, y1: 1, line: { color: c.ink, width: 1 } });
  return {
    paper_bgcolor: c.surface, plot_bgcolor: c.surface, font, showlegend: false, shapes: lines, barmode: told.stacked ? 'stack' : 'group', bargap: 0.25,
    margin: { l: mirrored ? 12 : 44, r: mirrored ? 44 : 12, t: 14, b: 28 }, hovermode: 'closest', dragmode: false,
    hoverlabel: { bgcolor: c.surface, bordercolor: c['line-strong'], font: { ...font, color: c.ink } },
    xaxis: change ? { ...value, rangemode: undefined, autorange: mirrored ? 'reversed' : true, ticksuffix: '%' } : along,
    yaxis: change ? { ...along, autorange: 'reversed', side: mirrored ? 'right' : 'left', nticks: undefined } : value,
  };
}

/** Draws the charts below `root`; again after the page's colours changed. */
export async function draw(root = document) {
  const areas = [...root.querySelectorAll('[data-chart]')];
  if (!areas.length || !place) return;
  const plotly = await load().catch(() => null);
  if (!plotly) return;
  const c = colours();
  for (const area of areas) {
    const told = JSON.parse(area.dataset.chart);
    await plotly.react(area, traces(told, c), layout(told, c, area.clientWidth), HIDE);
    area.dataset.drawn = 'yes';
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw());
draw();
