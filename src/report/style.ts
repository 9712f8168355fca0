/**
 * The one style sheet of every page: light and dark by what the reader prefers, on a phone, on paper. Colours never say
 * anything alone: moods have their mark, lines their dashes, thresholds their words.
 */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --back: #fff; --faint: #60646c; --line: #d9d9e0; --stripe: #f6f7f9;
  --good: #18794e; --bad: #c62a2f; --doubtful: #8a5325; --bar: #0d74ce;
  --s0: #0d74ce; --s1: #b3400c; --s2: #18794e; --s3: #7c3aed; --s4: #85600a; --s5: #be185d; }
@media screen and (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --back: #111113; --faint: #b0b4ba; --line: #43484e; --stripe: #1a1c1f;
    --good: #3dd68c; --bad: #ff9592; --doubtful: #ffca16; --bar: #70b8ff;
    --s0: #70b8ff; --s1: #ffa07a; --s2: #3dd68c; --s3: #baa7ff; --s4: #ffca16; --s5: #ff8dcc; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--back); overflow-wrap: anywhere; }
h1 { font-size: 1.1rem; font-weight: 600; color: var(--faint); margin: 0 0 1rem; }
h1::first-letter { text-transform: uppercase; }
h2 { font-size: 1.5rem; line-height: 1.3; border-left: .3rem solid; padding-left: .8rem; margin: 1rem 0; }
h2.good { color: var(--good); } h2.bad { color: var(--bad); } h2.doubtful { color: var(--doubtful); }
h3 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; line-height: 1.3; }
a { color: var(--bar); }
code { font: .9em ui-monospace, monospace; background: var(--stripe); padding: .1em .3em; border-radius: .2em; }
h1 code, h2 code { color: inherit; }
.wide { overflow-x: auto; margin: 1rem 0; }
.wide:focus-visible, summary:focus-visible, a:focus-visible { outline: .15rem solid var(--bar); outline-offset: .1rem; }
table { overflow-wrap: break-word; width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; min-width: 4em; }
th:has(code), td:has(code) { min-width: 9em; overflow-wrap: anywhere; } td[align] { white-space: nowrap; }
th:not([align]) { text-align: left; } th { font-weight: 600; } thead th { overflow-wrap: normal; } tbody th { font-weight: 400; }
tbody tr:nth-child(even) { background: var(--stripe); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .8rem; margin: 1.5rem 0; }
.tiles > div { border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.tiles dt { color: var(--faint); font-size: .9rem; }
.tiles dd { margin: 0; } .tiles dd.value { font-size: 1.5rem; font-weight: 600; line-height: 1.4; }
.tiles dd.note { font-size: .85rem; color: var(--faint); }
.tiles .good .value { color: var(--good); } .tiles .bad .value { color: var(--bad); }
.tiles .doubtful .value { color: var(--doubtful); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem 2rem; margin: 1rem 0; }
.chart { min-width: 0; }
figure { margin: 0; } figcaption { font-weight: 600; } figure p { margin: 0 0 .4rem; font-size: .9rem; color: var(--faint); }
figure.bars { margin: 1rem 0; max-width: 30rem; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; fill: var(--text); }
svg text { fill: var(--faint); font-variant-numeric: tabular-nums; } svg .bar { fill: var(--bar); }
svg .grid { stroke: var(--line); stroke-width: 1; fill: none; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .dot { stroke: var(--back); stroke-width: 1; }
svg .threshold { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; fill: none; }
svg text.threshold { fill: var(--bad); stroke: var(--back); stroke-width: 4; stroke-dasharray: none; paint-order: stroke; }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); } .s4 { --c: var(--s4); }
.s5 { --c: var(--s5); } svg .line { stroke: var(--c); } svg .dot { fill: var(--c); }
svg .s1 { stroke-dasharray: 7 4; } svg .s2 { stroke-dasharray: 2 4; } svg .s3 { stroke-dasharray: 10 3 2 3; }
svg .s4 { stroke-dasharray: 14 4; } svg .s5 { stroke-dasharray: 5 2 1 2 1 2; }
svg .dot { stroke-dasharray: none; } svg .forecast { stroke-dasharray: 1 6; stroke-width: 3; }
.key { list-style: none; padding: 0; margin: .3rem 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; }
.key svg { display: inline-block; width: 2.2rem; height: .8rem; margin-right: .4rem; vertical-align: middle; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--faint); }
.chart details { font-size: .85rem; } .chart details .wide { max-height: 20rem; overflow: auto; }
footer { margin-top: 3rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 36rem) {
  body { padding: .8rem; } h2 { font-size: 1.25rem; } th, td { padding: .3rem .25rem; font-size: .85rem; }
  svg { font-size: 16px; } .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; } .tiles > div { padding: .5rem .6rem; }
  .tiles dd.value { font-size: 1.2rem; } td:not([align]) { min-width: 6.8em; } th:has(code), td:has(code) { min-width: 7em; }
  caption { width: calc(100vw - 1.6rem); font-size: .9rem; }
}
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; font-size: 10pt; }
  body { max-width: none; padding: 0; } thead { display: table-header-group; }
  tr, figure, .tiles > div { break-inside: avoid; } h2, h3, figcaption, caption { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  .wide { overflow: visible; max-height: none; } .tiles { grid-template-columns: repeat(3, 1fr); }
  .charts { grid-template-columns: 1fr 1fr; } .chart details { display: none; }
  a { color: inherit; }
}
`
