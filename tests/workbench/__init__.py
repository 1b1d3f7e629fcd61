"""Test the workbench. Each defense has a test that fails without it; each defense was removed once to verify this.

| defense | test |
|---|---|
| listens on 127.0.0.1 only; no option for another address | `test_server`: loopback address, no option names another |
| token of 256 bits, used once, then a clean address | `test_guard`: exchanged once for a cookie, wrong token |
| token compared in constant time | `test_guard`: constant time |
| nothing is shown without the cookie | `test_guard`: without a cookie |
| cookie: HttpOnly, SameSite, another value than the token, named by the port, ends with the process | `test_guard`: \
exchanged once, another port or process |
| a link from another site gets a page that links to itself | `test_guard`: links to itself |
| sessions are bounded | `test_guard`: bounded |
| Host is exact, present, and occurs once, before anything else | `test_guard`: foreign host, without a host, twice |
| POST: Origin, content type, CSRF value of the session | `test_guard`: without one of its defenses, one session |
| no CORS headers, no other methods | `test_guard`: other origins |
| policy and headers on every answer; nothing inline, nothing from outside | `test_guard`: security headers; \
`test_server`: no inline code; `test_browser`: every test fails on a request to another host |
| documents are named by number | `test_texts`: named by number |
| paths stay below the audited roots, links resolved, regular files, NUL, no URL | `test_texts`: link out of the folder, \
pipe, forged tables |
| size and digest are those of the audit | `test_texts`: changed, same size, grew |
| a byte range reads no more than the file | `test_texts`: range in forged tables |
| values are parameters, identifiers from a fixed list | `test_server`: parameters |
| /query: one SELECT, own tables only, limited time and memory | `test_pages`: one select, too long |
| redacted: no text, subject, quote, name, number, search, query, example, note | `test_texts`: redacted view; \
`test_decisions`: writes no number; `test_samples`: missed |
| --read-only refuses every POST | `test_guard`: read-only |
| logs have method, route pattern, status, time; errors have an id | `test_guard`: logs; `test_server`: an error shows |
| autoescape, control and reordering characters as escapes, telegrams are never HTML | `test_server`: inline; \
`test_texts`: never obeyed |
| no CSV cell is a formula | `test_texts`: formula; `test_decisions`: exports; `test_pages`: query |
| sizes of bodies; only JSON; no control characters in names and notes | `test_guard`: larger, in chunks, not JSON; \
`test_decisions`: refused |
"""
