/** All of the page's looks: nothing is loaded. Colours keep a contrast of 4.5 to 1 with what is behind them. */
export const pageStyle = `:root{color-scheme:light dark;--text:#1f2328;--dim:#57606a;--page:#fff;--line:#d0d7de;--soft:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--busy:#0969da;--odd:#9a6700;--grey:#6e7781}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--dim:#9ea7b3;--page:#0d1117;--line:#30363d;--soft:#161b22;--good:#3fb950;--bad:#ff7b72;--busy:#58a6ff;--odd:#d29922;--grey:#8b949e}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:75rem;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .75rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.4rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:1rem 0 0}
a{color:var(--busy)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
dt{color:var(--dim)}
dd{margin:0}
code,pre{font:13px/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.6rem;margin:.4rem 0;white-space:pre-wrap;max-height:40rem;overflow:auto}
.path{color:var(--dim)}
.status{white-space:nowrap;font-weight:600}
.status.completed{color:var(--good)}.status.failed{color:var(--bad)}.status.running,.status.interrupted,.status.waiting{color:var(--busy)}.status.cancelled{color:var(--odd)}.status.skipped,.status.pending{color:var(--dim)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--dim);font-weight:600}
tbody th{font-weight:400}
thead th,td:nth-of-type(2),td:nth-of-type(3){white-space:nowrap}
.picture{overflow:auto;max-height:80vh;border:1px solid var(--line);border-radius:6px;padding:.25rem}
.picture svg{display:block;margin:0 auto}
.axis{position:relative;height:1.4rem;margin:.5rem 9rem 0 14rem;font-size:.75rem;color:var(--dim)}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.timeline{list-style:none;margin:0;padding:0;font-size:.85rem}
.timeline li{display:grid;grid-template-columns:13rem 1fr 8rem;gap:0 1rem;align-items:center;min-height:1.6rem;break-inside:avoid}
.track{position:relative;height:1rem;background:var(--soft);border-radius:3px}
.track i{position:absolute;top:0;height:100%;min-width:2px}
.bar{border-radius:3px;background:var(--grey);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.bar.completed{background:var(--good)}.bar.failed{background:var(--bad)}.bar.running{background:var(--busy)}.bar.cancelled{background:var(--odd)}
.bar.interrupted{background:repeating-linear-gradient(90deg,var(--grey) 0 4px,transparent 4px 6px)}
.track .wait{top:45%;height:10%;min-height:2px;background:var(--grey)}
.gap{background:repeating-linear-gradient(45deg,var(--line) 0 3px,transparent 3px 7px)}
details{border:1px solid var(--line);border-radius:6px;padding:.3rem .6rem;margin:.3rem 0}
summary{cursor:pointer}
:focus-visible{outline:2px solid var(--busy);outline-offset:2px}
footer{margin-top:2rem;color:var(--dim);font-size:.85rem}
@media (max-width:44rem){body{padding:.75rem}
dl{grid-template-columns:1fr}dt{margin-top:.4rem}
.axis{margin:.5rem 0 0}.axis span:nth-child(even){display:none}
.timeline li{grid-template-columns:1fr max-content}.timeline .track{grid-row:2;grid-column:1/-1;margin-bottom:.4rem}
thead{position:absolute;clip-path:inset(50%)}
table,tbody,tr,th,td{display:block;width:auto}tr{border-bottom:1px solid var(--line);padding:.3rem 0}th,td{border:0;padding:0}tbody th{font-weight:600}
td:empty{display:none}td:nth-of-type(2):before{content:"Attempts: "}}
@media print{body{max-width:none;padding:0}nav{display:none}pre,.picture{max-height:none;overflow:visible}.picture svg{max-width:100%;height:auto}a{color:inherit}}`;
