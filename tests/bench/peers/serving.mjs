// What every peer's process does beside answering: tell its address, its CPU and memory, and end with its parent.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";

/** Seconds of CPU of this process, all threads, user and system. */
function spent() {
  const { user, system } = process.cpuUsage();
  return String((user + system) / 1e6);
}

/** Kilobytes of memory this process had when it had most; nothing where the system does not tell. */
function peak() {
  const status = "/proc/self/status"; // resourceUsage() would count what the process was before it was Node
  return (existsSync(status) && /^VmHWM:\s+(\d+)/m.exec(readFileSync(status, "utf8"))?.[1]) || "";
}

/** What is answered of ourselves, by path. */
export const OURSELVES = { "/spent": spent, "/peak": peak };

/** Tell the parent where we are, and go when it goes: standard input closes then, however it ended. */
export function announce(port) {
  process.stdin.on("end", () => process.exit(0)).resume();
  console.log(`http://127.0.0.1:${port}`);
}

/** Serve by Node's own server; `answer` takes what is not a question about ourselves. */
export function serve(answer) {
  const server = createServer((request, response) => {
    const said = OURSELVES[request.url]?.();
    if (said === undefined) return answer(request, response);
    response.writeHead(200, { "content-type": "text/plain", "content-length": said.length }).end(said);
  });
  server.listen(0, "127.0.0.1", () => announce(server.address().port));
  return server;
}
