"""How the HTML page looks and how its filters work; the page works without the script."""

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ground:#f4f5f7;--ink:#1d232b;--soft:#5b6673;--line:#d9dee5;
--error:#b3261e;--error-bg:#fde7e5;--warning:#8a5a00;--warning-bg:#fff0cc;--info:#0b5c8a;--info-bg:#dff0fb;
--good:#1c6b36}
@media (prefers-color-scheme:dark){:root{--paper:#171b21;--ground:#0f1216;--ink:#e4e8ee;--soft:#9aa6b4;--line:#2d343e;
--error:#ff8a80;--error-bg:#4a1b18;--warning:#ffc75f;--warning-bg:#46340c;--info:#7cc8f5;--info-bg:#10344a;
--good:#7fd79b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:1.6rem;margin:0 0 .2em;font-weight:650}
h2{font-size:1.1rem;margin:1.6em 0 .4em}
.verdict{display:inline-block;margin:.2em 0 1em;padding:.2em .7em;border-radius:4px;font-weight:600}
.verdict.clean{background:color-mix(in srgb,var(--good) 15%,transparent);color:var(--good)}
.verdict.findings,.verdict.untrusted{background:var(--error-bg);color:var(--error)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:10px;margin:0 0 1em}
.tile{background:var(--paper);border:1px solid var(--line);border-top:3px solid var(--line);border-radius:6px;
padding:8px 12px}
.tile.error{border-top-color:var(--error)}.tile.warning{border-top-color:var(--warning)}
.tile.info{border-top-color:var(--info)}
.tile dt{color:var(--soft);font-size:.82rem}.tile dd{margin:0;font-size:1.5rem;font-weight:650;
font-variant-numeric:tabular-nums}
header p{color:var(--soft);margin:.2em 0 1.2em}
.filters{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;
background:var(--paper);
border:1px solid var(--line);border-radius:6px;padding:8px 14px;margin-bottom:16px}
.filters[hidden]{display:none}
.filters fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:4px 14px}
.filters legend{float:left;margin-right:10px;padding:0;color:var(--soft)}
.filters select,.filters input[type=search]{font:inherit;max-width:100%;padding:3px 6px;border:1px solid var(--line);
border-radius:4px;background:var(--ground);color:inherit}
.filters select{width:17em}
.filters output{color:var(--soft);margin-left:auto}
.document,.clean,section{background:var(--paper);border:1px solid var(--line);border-radius:6px;margin:0 0 16px;
padding:0 16px}
section{padding-bottom:12px}section h2{margin-top:.7em}section ul{margin:0}
summary{cursor:pointer;padding:10px 0;overflow-wrap:anywhere}
.document>summary{border-bottom:1px solid var(--line);margin:0 -16px;padding:10px 16px;
border-left:4px solid var(--line);border-radius:6px 6px 0 0}
summary.error{border-left-color:var(--error)!important}summary.warning{border-left-color:var(--warning)!important}
summary.info{border-left-color:var(--info)!important}
.path{font-weight:600}.cable,.title,.number{color:var(--soft);margin-left:.6em}.number{float:right}
.findings{list-style:none;margin:8px 0;padding:0}
.finding{padding:7px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.finding:last-child{border-bottom:0}
.finding:target,a:target+mark{outline:2px solid var(--info)}
.where{display:inline-block;min-width:4.2em;font-variant-numeric:tabular-nums}
a{color:var(--info)}
.badge{display:inline-block;min-width:5.2em;text-align:center;border-radius:4px;font-size:.8rem;font-weight:600;
padding:0 .5em}
.rule{font-weight:600;margin:0 .3em}
.more{color:var(--soft);font-size:.87rem;margin-left:4.5em}
.badge.error,mark.error{background:var(--error-bg);color:var(--error)}
.badge.warning,mark.warning{background:var(--warning-bg);color:var(--warning)}
.badge.info,mark.info{background:var(--info-bg);color:var(--info)}
mark{border-radius:2px;box-shadow:0 1px 0 currentColor}
.text{overflow:auto;max-height:34em;border-top:1px solid var(--line);margin:0 -16px;padding:8px 0;
font:13px/1.45 ui-monospace,
SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.text table{border-collapse:collapse}
.text th{position:sticky;left:0;background:var(--paper);color:var(--soft);font-weight:400;text-align:right;
padding:0 12px 0 16px;
user-select:none;vertical-align:top}
.text td{white-space:pre;padding:0 16px 0 0}
.wide{overflow:auto}.rules{border-collapse:collapse;font-variant-numeric:tabular-nums}
.rules th,.rules td{padding:3px 14px 3px 0;text-align:right;border-bottom:1px solid var(--line)}
.rules th:first-child{text-align:left}
li{overflow-wrap:anywhere}
.gone{display:none!important}
@media (max-width:640px){header,main{padding:0 10px}.more{margin-left:0}.filters{position:static}
.filters select{width:100%}
.number{float:none}.text td{white-space:pre-wrap;overflow-wrap:anywhere}.tiles{grid-template-columns:repeat(4,1fr);
gap:6px}.tile{padding:6px 8px}
.tile dd{font-size:1.2rem}}
@media print{.filters{display:none}.text{max-height:none}.text td{white-space:pre-wrap}body{background:#fff}}
"""

SCRIPT = """
(function(){
"use strict";
var form=document.querySelector(".filters");
if(!form){return}
form.hidden=false;
form.addEventListener("submit",function(event){event.preventDefault()});
function apply(){
var severities={},shown=0,all=0,rule=form.elements.rule.value,words=form.elements.words.value.toLowerCase();
form.querySelectorAll("[name=severity]").forEach(function(box){severities[box.value]=box.checked});
document.querySelectorAll(".document").forEach(function(part){
var head=part.querySelector("summary").textContent.toLowerCase(),any=false;
part.querySelectorAll(".finding").forEach(function(item){
var fits=severities[item.dataset.severity]&&(!rule||item.dataset.rule===rule)&&
(!words||head.indexOf(words)>=0||item.textContent.toLowerCase().indexOf(words)>=0);
item.classList.toggle("gone",!fits);
all+=1;
if(fits){any=true;shown+=1}
});
part.classList.toggle("gone",!any);
});
form.querySelector("output").textContent=shown===all?"":shown+" of "+all+" shown";
}
form.addEventListener("input",apply);
}());
"""
