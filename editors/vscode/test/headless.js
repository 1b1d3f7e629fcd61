// Speaks to `cablecheck lsp` with the protocol library of the extension: node test/headless.js COMMAND [ARGUMENT ...]
const { spawn } = require("node:child_process");
const protocol = require("vscode-languageserver-protocol/node");

const TEXT = "CUI\n\nDate: March 6, 2018\n\n(CONTROLLED) Receipts fell.\n";
const [command, ...words] = process.argv.slice(2);
const server = spawn(command, [...words, "lsp", "--isolated"], { stdio: ["pipe", "pipe", "inherit"] });
const connection = protocol.createProtocolConnection(
  new protocol.StreamMessageReader(server.stdout),
  new protocol.StreamMessageWriter(server.stdin),
);

async function main() {
  const shown = new Promise((resolve) => connection.onNotification("textDocument/publishDiagnostics", resolve));
  connection.listen();
  const { capabilities } = await connection.sendRequest("initialize", { processId: null, rootUri: null, capabilities: {} });
  for (const name of ["hoverProvider", "completionProvider", "documentSymbolProvider", "codeActionProvider"]) {
    if (!capabilities[name]) throw new Error(`the server does not offer ${name}`);
  }
  await connection.sendNotification("initialized", {});
  const uri = "file:///one.cable";
  const textDocument = { uri, languageId: "cable", version: 1, text: TEXT };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const { diagnostics } = await shown;
  const found = diagnostics.find((each) => each.code === "CAV-059");
  if (!found) throw new Error(`no finding CAV-059 among ${diagnostics.map((each) => each.code)}`);
  const context = { diagnostics: [found] };
  const actions = await connection.sendRequest("textDocument/codeAction", { textDocument: { uri }, range: found.range, context });
  if (!actions.some((each) => each.isPreferred && each.edit.changes[uri][0].newText === "CUI")) throw new Error("no quick fix");
  const symbols = await connection.sendRequest("textDocument/documentSymbol", { textDocument: { uri } });
  if (!symbols.length) throw new Error("no outline");
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  console.log(`${diagnostics.length} findings, ${actions.length} actions, ${symbols.length} symbols`);
}

main().catch((error) => {
  console.error(error.message);
  server.kill();
  process.exitCode = 1;
});
