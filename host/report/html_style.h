/* SPDX-License-Identifier: Apache-2.0 */
/* The style sheet of reports. Colors are variables: the three blocks at the top are light, dark and paper. */
#ifndef MOTE_HTML_STYLE_H
#define MOTE_HTML_STYLE_H

#define LIGHT                                                                                                          \
    "--ink:#1d2127;--soft:#5d6673;--rule:#dfe3e8;--paper:#ffffff;--card:#f6f7f9;--s0:#2563c9;--s1:#d2650a;--s2:#"      \
    "7b4fc9;"                                                                                                          \
    "--good:34 139 87;--bad:209 66 54;--bar:37 99 201;"
#define DARK                                                                                                           \
    "--ink:#e4e7eb;--soft:#9aa4b1;--rule:#353c46;--paper:#14171b;--card:#1d2127;--s0:#6ea8ff;--s1:#ffa24d;--s2:#"      \
    "b794ff;"                                                                                                          \
    "--good:64 180 120;--bad:236 100 86;--bar:110 168 255;"

static const char html_style[] =
    ":root{color-scheme:light dark;" LIGHT "}\n"
    "@media screen and (prefers-color-scheme:dark){:root{" DARK "}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:1080px;padding:28px 24px 40px;color:var(--ink);background:var(--paper);"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
    "h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}\n"
    "h2{font-size:18px;margin:34px 0 10px}\n"
    "p{margin:8px 0}\n"
    ".soft{color:var(--soft);overflow-wrap:anywhere}\n"
    ".columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:0 36px}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:4px 10px;text-align:left;border-bottom:1px solid var(--rule)}\n"
    "tr>:first-child{padding-left:0}tr>:last-child{padding-right:0}\n"
    "thead th,th.group{font-size:13px;font-weight:600;color:var(--soft)}\n"
    "tbody th{font-weight:400}\n"
    "th.group{padding-top:14px;font-weight:600}\n"
    "th.any,td.any{overflow-wrap:anywhere;min-width:9em}\n"
    ".many th.any,thead th.any{overflow-wrap:break-word;min-width:0;white-space:normal}\n"
    ".number{text-align:right;white-space:nowrap}\n"
    "tfoot td,tfoot th{font-weight:600;border-bottom:0}\n"
    ".full{width:100%}\n"
    ".bar{width:90px;padding-right:0}\n"
    ".bar>span{display:block;height:8px;border-radius:2px;background:rgb(var(--bar)/.65)}\n"
    ".matrix td,.matrix tr>th{padding:0;border:1px solid var(--paper)}\n"
    ".matrix tr>td{min-width:40px;height:32px;padding:0 5px;text-align:center;font-size:13px;background:var(--card)}\n"
    ".matrix .hit{background:rgb(var(--good)/var(--a))}\n"
    ".matrix .miss{background:rgb(var(--bad)/var(--a))}\n"
    ".matrix th{font-size:13px;color:var(--soft);font-weight:400}\n"
    ".matrix th span{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\n"
    ".matrix tbody th span{max-width:150px;padding-right:8px;text-align:right}\n"
    ".matrix thead th{vertical-align:bottom;text-align:center}\n"
    ".matrix thead span{max-width:60px;margin:0 auto;padding-bottom:3px}\n"
    ".matrix thead.upright span{writing-mode:vertical-rl;transform:rotate(180deg);max-width:none;max-height:120px;"
    "padding:6px 0 0}\n"
    ".matrix tr>.corner{white-space:nowrap;text-align:right;padding:0 8px 3px 0}\n"
    ".chart{display:block;width:100%;height:auto;margin:10px 0;overflow:visible}\n"
    ".half{max-width:520px}\n"
    ".square{max-width:460px}\n"
    ".chart text{font-size:12px;fill:var(--soft)}\n"
    ".chart .title{font-size:14px;font-weight:600;fill:var(--ink)}\n"
    ".chart .end{text-anchor:end}.chart .middle{text-anchor:middle}\n"
    ".grid{stroke:var(--rule)}.axis{stroke:var(--soft)}.grid,.axis,.mark,.line{fill:none}\n"
    ".mark{stroke:var(--soft);stroke-dasharray:2 3}\n"
    ".line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\n"
    ".dashed{stroke-dasharray:5 5;stroke-width:1.3}\n"
    ".line.s0{stroke:var(--s0)}.line.s1{stroke:var(--s1)}.dot.s0{fill:var(--s0)}.dot.s1{fill:var(--s1)}\n"
    ".line.s2{stroke:var(--s2)}.line.c0{stroke:var(--s0)}.line.c1{stroke:var(--s1)}.line.c2{stroke:var(--s2)}"
    ".line.c3,.line.c4,.line.c5,.line.dashed{stroke:var(--soft)}\n"
    ".map rect{fill:var(--s0);fill-opacity:.35;stroke:var(--paper)}.map .scratch{fill:var(--soft)}"
    ".map .state{fill:var(--s1)}.map text{fill:var(--ink)}\n"
    ".wide>.map{min-width:640px}.wide>table.full{min-width:560px}\n"
    ".stack{display:flex;height:14px;background:var(--card);border-radius:3px;overflow:hidden}\n"
    ".bar>.stack{height:8px;border-radius:2px}\n"
    ".p0{background:var(--s0)}.p1{background:var(--s1)}.p2{background:var(--s2)}.p3{background:var(--soft)}.p4{"
    "background:var(--rule)}\n"
    ".key{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:4px}\n"
    ".name{white-space:nowrap;margin-right:6px}summary{color:var(--soft);cursor:pointer;margin:6px 0}\n"
    ".chosen>*{background:var(--card)}\n"
    ".figures{display:flex;flex-wrap:wrap;gap:12px;margin:14px 0}\n"
    "figure{margin:0;width:108px;font-size:13px;line-height:1.35}figure span{display:block;overflow-wrap:anywhere}\n"
    "figure img{width:96px;height:96px;object-fit:contain;image-rendering:pixelated;background:var(--card)}\n"
    "figure svg{width:108px;height:auto;background:var(--card)}figure .line{stroke-width:1.5}\n"
    "footer{margin-top:40px;font-size:13px;color:var(--soft)}\n"
    "@media print{body{padding:0;font-size:12px}h2{break-after:avoid}.chart,.matrix,tr{break-inside:avoid}"
    ".wide{overflow:visible}.columns{grid-template-columns:1fr 1fr}h2{margin-top:20px}footer{margin-top:16px}}\n";

#endif
