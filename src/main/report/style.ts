/**
 * The look of a report: the tokens of the window (a test holds them equal to its `tokens.css`), and
 * rules for one printed or scrolled page. No font is carried along: the system's are named.
 */

const TYPE = {
  '--font-ui':
    "'Inter Variable', -apple-system, 'Segoe UI Variable Text', 'Segoe UI', 'Adwaita Sans', " +
    "'Inter', 'Ubuntu Sans', 'Ubuntu', 'Cantarell', 'Noto Sans', system-ui, sans-serif",
  '--font-mono':
    "'JetBrains Mono Variable', ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', " +
    "'Ubuntu Sans Mono', 'Noto Sans Mono', Consolas, 'DejaVu Sans Mono', monospace",
} as const

export const LIGHT = {
  ...{ '--bg': '#ffffff', '--bg-raised': '#f6f8fa', '--bg-sunken': '#eaeef2' },
  ...{ '--fg': '#1b1f24', '--fg-muted': '#57606a' },
  ...{ '--border': '#d0d7de', '--border-soft': '#e4e8ec' },
  ...{ '--accent': '#0b5cad', '--accent-weak': '#edf4fb' },
  ...{ '--ok': '#1a7f37', '--ok-weak': '#e8f5eb' },
  ...{ '--warn': '#9a6700', '--warn-weak': '#fdf8e8' },
  ...{ '--bad': '#b3172b', '--bad-weak': '#fcebed' },
  ...{ '--n1': '#163b82', '--n2': '#8c2d04', '--n3': '#218f77' },
  ...{ '--n4': '#d23dc1', '--n5': '#8f7e08' },
  ...{ '--f-partition': '#6b4fa0', '--f-down': '#57606a', '--f-slow': '#8a6100' },
  ...{ '--f-pause': '#2f677f', '--f-loss': '#9a3b4b', '--f-storage': '#b3172b' },
} as const

export const DARK: Readonly<Record<keyof typeof LIGHT, string>> = {
  ...{ '--bg': '#14171c', '--bg-raised': '#1c2027', '--bg-sunken': '#0d1014' },
  ...{ '--fg': '#e6e9ee', '--fg-muted': '#9aa4b2' },
  ...{ '--border': '#2b313a', '--border-soft': '#22272f' },
  ...{ '--accent': '#6cb6ff', '--accent-weak': '#17283b' },
  ...{ '--ok': '#3fd6a5', '--ok-weak': '#14291f' },
  ...{ '--warn': '#f2c14e', '--warn-weak': '#2c2512' },
  ...{ '--bad': '#ff5d73', '--bad-weak': '#33161b' },
  ...{ '--n1': '#4c7dff', '--n2': '#b8742f', '--n3': '#9cf0da' },
  ...{ '--n4': '#de3fa0', '--n5': '#f7e27a' },
  ...{ '--f-partition': '#b79cff', '--f-down': '#9aa4b2', '--f-slow': '#e0b84c' },
  ...{ '--f-pause': '#7fb8d1', '--f-loss': '#f08ca0', '--f-storage': '#ff5d73' },
}

function declared(tokens: Readonly<Record<string, string>>): string {
  return Object.entries(tokens)
    .map(([name, value]) => `${name}:${value}`)
    .join(';')
}

const FAULTS = ['partition', 'down', 'slow', 'pause', 'loss', 'storage']
  .map((family) => `.f-${family}{--fault:var(--f-${family})}`)
  .join('\n')

/** Nodes 6 to 9 wear the colours of 1 to 4 again, dashed. */
const NODES = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  .map((node) => `.n${node}{--node:var(--n${((node - 1) % 5) + 1})}`)
  .join('\n')

const PAGE = `
*{box-sizing:border-box}
html{font:13px/20px var(--font-ui);color:var(--fg);background:var(--bg);
  -webkit-text-size-adjust:100%}
body{margin:0}
main{max-width:1120px;margin:0 auto;padding:24px 32px 48px}
h1{font-size:20px;line-height:28px;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:15px;line-height:20px;font-weight:600;margin:32px 0 12px;padding-top:12px;
  border-top:1px solid var(--border)}
h3{font-size:13px;line-height:20px;font-weight:600;margin:0}
p{margin:0 0 8px;max-width:76ch}
a{color:var(--accent);text-underline-offset:2px}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);
  outline-offset:2px}
code,.mono{font-family:var(--font-mono);font-size:12px}
pre{margin:0;padding:8px 12px;background:var(--bg-raised);border:1px solid var(--border);
  border-radius:4px;font:12px/20px var(--font-mono);white-space:pre-wrap;overflow-wrap:anywhere}
.muted{color:var(--fg-muted)}
.brand{display:flex;align-items:center;gap:8px;color:var(--fg-muted);font-size:11px;
  line-height:16px;margin-bottom:12px}
.brand b{color:var(--fg);font-weight:600}
.top{border-left:4px solid var(--tone);padding:0 0 0 16px}
.verdict{font-size:15px;line-height:24px;margin:4px 0 0;max-width:90ch;overflow-wrap:anywhere}
.verdict b{color:var(--tone)}
.valid{--tone:var(--ok);--tone-weak:var(--ok-weak)}
.violated{--tone:var(--bad);--tone-weak:var(--bad-weak)}
.unknown{--tone:var(--warn);--tone-weak:var(--warn-weak)}
.notJudged{--tone:var(--fg-muted);--tone-weak:var(--bg-raised)}
.chips{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 0;padding:0;list-style:none}
.chip{display:inline-flex;align-items:center;gap:6px;border:1px solid var(--tone,var(--border));
  background:var(--tone-weak,var(--bg-raised));border-radius:3px;padding:2px 8px;font-size:12px;
  line-height:18px}
.chip svg{width:12px;height:12px;flex:none;color:var(--tone)}
.chip b{font-weight:600;color:var(--tone,var(--fg))}
.facts{display:flex;flex-wrap:wrap;gap:4px 20px;margin:16px 0 0;padding:0;color:var(--fg-muted);
  font-size:12px;list-style:none}
.facts b{color:var(--fg);font-weight:600}
nav{margin-top:16px;font-size:12px;display:flex;flex-wrap:wrap;gap:4px 16px}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:1px;background:var(--border-soft);
  border:1px solid var(--border);border-radius:4px;overflow:hidden;margin:0}
.tiles>div{background:var(--bg);padding:10px 12px}
.tiles dt{font-size:11px;line-height:16px;color:var(--fg-muted)}
.tiles dd{margin:0;font-size:20px;line-height:28px;font-weight:600;
  font-variant-numeric:tabular-nums}
.tiles small{font-size:11px;line-height:16px;color:var(--fg-muted);font-weight:400;display:block}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--fg-muted);font-size:11px;line-height:16px;padding-bottom:4px}
th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--border-soft);
  vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600}
thead th.num{white-space:normal}
.point{min-width:150px}
thead th{font-size:11px;line-height:16px;color:var(--fg-muted);border-bottom-color:var(--border);
  overflow-wrap:normal}
th:first-child,td:first-child{padding-left:8px}
.num{text-align:right;white-space:nowrap}
.nowrap{white-space:nowrap}
tr.violated,tr.unknown{background:var(--tone-weak)}
.state{white-space:nowrap;font-weight:600;color:var(--tone)}
.state svg{width:12px;height:12px;vertical-align:-1px;margin-right:5px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(400px,1fr));gap:12px}
.card{border:1px solid var(--border);border-radius:4px;padding:12px 16px;break-inside:avoid;
  border-left:4px solid var(--fault,var(--tone,var(--border)))}
.card p{margin:0;color:var(--fg-muted);font-size:12px;line-height:18px}
.card h3{overflow-wrap:anywhere}
.card dl{display:grid;grid-template-columns:repeat(4,1fr);gap:8px;margin:10px 0 0}
.card dt{font-size:11px;line-height:16px;color:var(--fg-muted)}
.card dt{white-space:nowrap}
.card dd{margin:0;font-size:15px;line-height:20px;font-weight:600;font-variant-numeric:tabular-nums}
section.failure{margin-top:24px}
.failure{border:1px solid var(--bad);border-left-width:4px;border-radius:4px;padding:16px;
  background:var(--bad-weak)}
.failure h2{margin:0 0 8px;padding:0;border:0;color:var(--bad)}
.failure .scroll{background:var(--bg);border:1px solid var(--border);border-radius:4px;
  margin-top:8px}
.failure td,.failure th{padding-top:3px;padding-bottom:3px;font-size:12px}
.failure h3{margin-top:12px}
details{margin-top:8px}
summary{cursor:pointer}
figure{margin:0 0 20px;break-inside:avoid}
figure img{display:block;max-width:100%;height:auto}
.pins{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:4px 32px;
  align-items:start}
.pin img{box-sizing:border-box;width:100%;border:1px solid var(--border);border-radius:4px}
figcaption{display:flex;flex-wrap:wrap;gap:0 16px;align-items:baseline;margin-bottom:2px}
figcaption .unit{color:var(--fg-muted);font-size:12px}
.legend{display:flex;flex-wrap:wrap;gap:0 14px;margin-left:auto;font-size:11px;line-height:16px;
  color:var(--fg-muted)}
.legend span{display:inline-flex;align-items:center;gap:5px}
.legend svg{width:22px;height:10px;flex:none}
.note{font-size:11px;line-height:16px;color:var(--fg-muted);margin:4px 0 0;max-width:130ch}
.none{border:1px dashed var(--border);border-radius:4px;padding:12px 16px;color:var(--fg-muted);
  margin:0 0 20px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:0 32px}
.two h3{margin-bottom:4px}
.two>section{min-width:0}
footer{margin-top:40px;padding-top:12px;border-top:1px solid var(--border);color:var(--fg-muted);
  font-size:11px;line-height:16px}
svg.chart{display:block;width:100%;height:auto}
svg text{font-family:var(--font-ui);font-size:11px;fill:var(--fg-muted)}
svg .strong{fill:var(--fg);font-weight:600}
svg .halo{paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}
.grid{stroke:var(--border-soft);stroke-width:1}
.axis{stroke:var(--border);stroke-width:1}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke:var(--ink,var(--accent))}
.area{stroke:none;fill:var(--ink,var(--accent));opacity:.12}
.ink-accent{--ink:var(--accent)}.ink-muted{--ink:var(--fg-muted)}.ink-bad{--ink:var(--bad)}
  .ink-ok{--ink:var(--ok)}.ink-warn{--ink:var(--warn)}
.ink-node{--ink:var(--node)}
.dash1{stroke-dasharray:5 3}.dash2{stroke-dasharray:2 2}.dash3{stroke-dasharray:8 3 2 3}
.band{fill:var(--fault);fill-opacity:.1}
.hatch{opacity:.35}
.edge{stroke:var(--fault);stroke-width:1}
.band-name{fill:var(--fg)}
.tick{stroke:var(--fault);stroke-width:3}
.mark{fill:var(--node);stroke:none}
.hollow{fill:var(--bg);stroke:var(--node);stroke-width:1.2}
.lead{fill:var(--node);fill-opacity:.3;stroke:var(--node);stroke-width:1}
.prep{fill:none;stroke:var(--node);stroke-width:1}
.down{fill:var(--f-down);fill-opacity:.45}
.paused{fill:var(--f-pause);fill-opacity:.5}
.chosen{fill:var(--ok);stroke:var(--bg);stroke-width:1}
.end{stroke:var(--bad);stroke-width:1.4;fill:none}
.ci{fill:var(--ink);opacity:.14;stroke:none}
.box{fill:var(--ink);fill-opacity:.15;stroke:var(--ink);stroke-width:1}
.dot{fill:var(--ink);fill-opacity:.65}
`

const PRINT = `
@media print{
@page{margin:14mm}
html{font-size:11px}
main{padding:0;max-width:none}
nav{display:none}
h2{break-after:avoid}
.card,.failure,figure,tr{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
@media (max-width:720px){main{padding:16px}.card dl{grid-template-columns:repeat(2,1fr)}
  .two{grid-template-columns:1fr}.tiles{grid-template-columns:repeat(2,1fr)}
  .cards,.pins{grid-template-columns:1fr}}
`

/** Dark for who asked for it, never on paper. */
export const STYLE = [
  `:root{color-scheme:light dark;${declared(TYPE)};${declared(LIGHT)}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${declared(DARK)}}}`,
  NODES,
  FAULTS,
  PAGE,
  PRINT,
].join('\n')
