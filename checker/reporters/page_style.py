"""Define the CSS that the HTML reports share: `COLORS` for light and dark mode, and `BASE` for fonts, severity labels,
classification banners, tiles, and tables.

The review application uses `COLORS` too. Every text color has a contrast of at least 4.5:1 with its background.
"""

from __future__ import annotations

COLORS = """
:root{color-scheme:light dark;
--paper:#fff;--page:#f5f6f8;--text:#1b2027;--soft:#566170;--line:#d5dae1;
--error:#a8201a;--error-bg:#fdeae8;--warning:#7d5100;--warning-bg:#fff2d1;--info:#0b5c8a;--info-bg:#e2f1fb;
--link:#0b5394;--select:#e3edf8;--u:#1d6b35;--c:#0b4f9e;--s:#b01318;--ts:#9a4a00;--none:#566170}
@media (prefers-color-scheme:dark){:root{
--paper:#181c22;--page:#101317;--text:#e3e7ed;--soft:#a0acba;--line:#333b46;
--error:#ff9d94;--error-bg:#4a1b18;--warning:#ffcb6b;--warning-bg:#43330d;--info:#86cdf7;--info-bg:#10344a;
--link:#8cc4ff;--select:#1d3147;--u:#2a7d44;--c:#2f76c9;--s:#c8333a;--ts:#b35c10;--none:#5b6675}}
"""

BASE = """
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--page);color:var(--text);overflow-wrap:anywhere;
font:14px/20px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 16px}
h1{font-size:22px;line-height:28px;font-weight:600;margin:0}
h2{font-size:16px;line-height:20px;font-weight:600;margin:24px 0 8px}
h3{font-size:14px;line-height:20px;font-weight:600;margin:0}
.unbroken{white-space:nowrap}
p{margin:4px 0}ol,ul{margin:0;padding:0;list-style:none}
a{color:var(--link);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--link);outline-offset:1px}
.soft,.note{color:var(--soft);font-size:13px}
.id,code,q.words{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.strip{color:#fff;text-align:center;font-size:12px;line-height:20px;padding:0 12px}
.level-u{background:var(--u)}.level-c{background:var(--c)}.level-s{background:var(--s)}.level-ts{background:var(--ts)}
.level-none{background:var(--none)}
.severity,.badge{font-size:12px;line-height:16px;border-radius:4px;padding:0 5px;display:inline-block}
.error.severity,.error.badge{color:var(--error);background:var(--error-bg)}
.warning.severity,.warning.badge{color:var(--warning);background:var(--warning-bg)}
.info.severity,.info.badge{color:var(--info);background:var(--info-bg)}
.tiles{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0;padding:0}
.tile{background:var(--paper);border:1px solid var(--line);border-left-width:4px;border-radius:4px;padding:6px 12px;
flex:1 1 92px}
.tile dt{font-size:12px;line-height:16px;color:var(--soft)}.tile dd{margin:0;font-size:20px;line-height:24px}
.tile.error{border-left-color:var(--error)}.tile.warning{border-left-color:var(--warning)}
.tile.info{border-left-color:var(--info)}
summary{cursor:pointer}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--paper)}
th,td{text-align:left;vertical-align:top;padding:4px 8px;border-bottom:1px solid var(--line)}
th{font-weight:600;font-size:12px;color:var(--soft)}.n{text-align:right;white-space:nowrap}
"""
