// Starts `cablecheck lsp` and connects it to the editor. All checking happens in that process.
import { ExtensionContext, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const settings = workspace.getConfiguration("cablecheck");
  const languages = settings.get<string[]>("languages", ["cable", "plaintext", "yaml"]);
  client = new LanguageClient(
    "cablecheck",
    "cablecheck",
    {
      command: settings.get<string>("command", "cablecheck"),
      args: ["lsp", ...settings.get<string[]>("arguments", [])],
    },
    { documentSelector: languages.map((language) => ({ scheme: "file", language })) },
  );
  context.subscriptions.push(client);
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
